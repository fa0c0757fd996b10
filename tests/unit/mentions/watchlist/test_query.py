"""Boolean queries are read as listening tools read them, and met by the texts that they ask for."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.query import Query, QueryError, check, is_query, parse, plain_terms
from mentions.watchlist.watchlist import Watchlist
from tests.support.mentions import wire


def matches(keyword: str, text: str, **terms: tuple[str, ...]) -> bool:
    """Tell whether a brand with one keyword is found in a text."""
    brand = BrandTerms(name="zzz", keywords=(keyword,), **terms)  # type: ignore[arg-type]
    return bool(Watchlist([brand]).match(wire(text=text)).brands)


@pytest.mark.parametrize(
    ("keyword", "hit", "miss"),
    [
        ("hallow*", "Hallowfirth is late", "the shallows"),
        ("pippin AND cider", "this pippin makes awful cider", "this pippin makes pies"),
        ("voltanelle OR voltanele", "Voltanele est en panne", "voltage"),
        ("skylark NEAR/3 rail", "skylark regional rail is late", "skylark, a song of one two three four rail"),
        ("skylark NEAR/1 rail", "the rail of Skylark", "skylark has one two rails and a rail"),
        ('"zenner bank"', "Zenner Bank lost my money", "a bank named zenner"),
        ("“brisco”", "Brisco lost my money", "briscoe"),
        ("orange NOT juice", "Orange est en panne", "an orange juice"),
        ("orange AND NOT juice", "Orange est en panne", "an orange juice"),
        ("orange AND (panne OR réseau)", "pas de reseau chez Orange", "une orange"),
        ("(acme OR ajax) AND (late OR lost)", "ajax lost it", "acme and ajax"),
        ("acme OR ajax AND lost", "acme is fine", "ajax is fine"),
        ("free mobile OR freebox", "Free Mobile en panne", "free delivery, mobile"),
        ("(free OR orange) NEAR/2 panne", "Orange en panne", "une panne de tout, vraiment, chez free"),
        ("us airways NOT merger", "#USAirways lost it", "us airways merger"),
        ('"to be OR not" OR zenner', "to be or not", "to be"),
    ],
)
def test_a_query_asks_for_what_it_says(keyword: str, hit: str, miss: str) -> None:
    """Operators in capitals, phrases, groups, distance and stems mean what they mean elsewhere."""
    assert is_query(keyword)
    assert matches(keyword, hit)
    assert not matches(keyword, miss)


@pytest.mark.parametrize("keyword", ["bread and butter", "OR", "acme (uk)", "r&d", "c++", "AT&T", "a*b", "near/3", "*"])
def test_plain_keywords_are_no_queries(keyword: str) -> None:
    """Small letters, signs within a word and operators alone ask for nothing but themselves."""
    assert not is_query(keyword)
    assert plain_terms(keyword) == (keyword,)


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [
        ("acme AND", "ends where a word was expected"),
        ("AND acme", "'AND' at character 1 stands where a word was expected"),
        ("(acme OR ajax", "ends where a closing parenthesis was expected"),
        ("acme OR ajax)", "')' at character 13 does not belong here: is an operator or a parenthesis missing?"),
        ('"acme', "has a quotation mark that does not close: add it, or remove the first"),
        ("NOT acme", "says only what must not be there: say what must be there, too"),
        ("ab*", "'ab*': at least 3 letters stand before *"),
        ("(a AND b) NEAR/3 c", "NEAR/3 stands between words or groups of OR, not of AND or NOT"),
        ("acme AND ...", "'...' holds no letter or digit: nothing could be found"),
        ("/w[ai]ndle/", "is a regular expression, which is not read: list the words, or write a query (hallow*, OR)"),
        ("(" * 30 + "acme" + ")" * 30 + " AND x", "nests deeper than 20 parentheses: simplify it"),
        (" OR ".join(f"word{n}" for n in range(101)), "has more than 100 words: use several keywords"),
    ],
)
def test_a_broken_query_says_where_and_what(keyword: str, reason: str) -> None:
    """Nothing that would never match is accepted."""
    with pytest.raises(QueryError) as error:
        check(keyword)
    assert str(error.value) == reason


def test_context_is_for_names_that_are_everyday_words() -> None:
    """Besides the name one of the words must be there, unless a hashtag or handle leaves no doubt."""
    context = ("panne", "réseau", "forfait")
    for text in ("Orange est en panne", "#Orange", "merci @Orange_conseil", "le RESEAU d'Orange"):
        assert matches("orange", text, context=context), text
    for text in ("an orange sunset tonight", "en panne", "réseau"):
        assert not matches("orange", text, context=context), text


def test_an_exclusion_takes_away_the_name_within_it() -> None:
    """It does not veto a text that names the brand properly, too; one that holds no keyword does."""
    exclusions = ("jus d'orange", "concours")
    assert matches("orange", "Orange est en panne et mon jus d'orange est chaud", exclusions=exclusions)
    assert not matches("orange", "un jus d'orange", exclusions=exclusions)
    assert not matches("orange", "Orange, le concours", exclusions=exclusions)
    assert not matches("orange AND panne", "un jus d'orange, une panne", exclusions=exclusions)


words = st.sampled_from(["acme", "late", "rail", "no"])
queries = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda parts: f"({''.join(parts)})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} NOT {parts[1]})"),
    ),
    max_leaves=6,
).filter(is_query)


@given(queries, st.lists(words, max_size=6))
def test_a_query_is_met_as_its_truth_table_says(keyword: str, spoken: list[str]) -> None:
    """Joined by AND, OR and NOT, a query is met exactly when the same expression over the words is true."""
    truth = keyword.replace(" AND ", " and ").replace(" OR ", " or ").replace(" NOT ", " and not ")
    for word in ("acme", "late", "rail", "no"):
        truth = " ".join(str(word in spoken) if part == word else part for part in _pieces(truth))
    assert matches(keyword, " ".join(spoken)) == (
        bool(eval(truth)) and bool(set(_positive(parse(keyword))) & set(spoken))
    )


def _pieces(text: str) -> list[str]:
    return text.replace("(", " ( ").replace(")", " ) ").split()


def _positive(query: Query) -> list[str]:
    return [leaf.term for leaf in query.positive()]


@given(st.text('ab AND OR NOT NEAR/2 ()"*', max_size=40))
def test_anything_is_a_query_a_keyword_or_refused(keyword: str) -> None:
    """Whatever is written, it is read or refused; a query that is read has something to look for."""
    with suppress(QueryError):
        check(keyword)
        assert not is_query(keyword) or parse(keyword).positive()
