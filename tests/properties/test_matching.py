"""Does the automaton find what a plain search for whole words finds?"""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentions.watchlist.masking import Mask
from mentions.watchlist.matcher import Matcher, Terms
from mentions.watchlist.normalise import normalise
from mentions.watchlist.tags import with_tag_words

WORDS = [
    "united",
    "us airways",
    "Free",
    "free mobile",
    "l'oréal",
    "#fail",
    "@acme",
    "A-1",
    "茶",
    "삼성",
    "Œuf",
    "!",
    "é",
    "पता",
]
SCRAPS = [
    "re",
    "s",
    " ",
    "\n",
    "  ",
    "é",
    "_",
    "-",
    "'",
    "’",
    "#",
    "@",
    "茶",
    "🚲",
    "\u0301",
    "は",
    "ा",
    "XX",
    ".",
    "1",
]

words = st.one_of(st.sampled_from(WORDS), st.text("ab é茶#", min_size=1, max_size=4))
texts = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS).map(str.upper), st.sampled_from(SCRAPS), words),
    max_size=12,
).map("".join)
names = st.lists(words.map(lambda word: normalise(word).lstrip("#@ ")).filter(bool), max_size=4)
brands = st.lists(st.builds(Terms, st.lists(words, max_size=4), st.lists(words, max_size=2)), max_size=6)

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
INDIC = "\u0900-\u0963\u0966-\u0dff"


def _joins(character: str) -> bool:
    word = character.isalnum() or character == "_"
    return (word and not re.match(f"[{UNSPACED}]", character)) or re.match(f"[{INDIC}]", character) is not None


def _places(folded: str, term: str) -> list[tuple[int, int]]:
    """Look at every place of a folded text in turn."""
    wanted, found = normalise(term), []
    for start in range(len(folded)):
        end = start + len(wanted)
        cut_before = start > 0 and _joins(folded[start - 1]) and (_joins(wanted[0]) or wanted[0] in "#@")
        cut_after = end < len(folded) and _joins(folded[end]) and _joins(wanted[-1])
        if folded[start:end] == wanted and not cut_before and not cut_after:
            found.append((start, end))
    return found


def _is_in(text: str, term: str) -> bool:
    return bool(_places(normalise(text), term))


def _is_about(text: str, brand: Terms) -> bool:
    """Say in so many words what the matcher's rule is for a brand without queries and context."""
    shown, tags = with_tag_words(text)
    folded = f"{normalise(shown)} {normalise(tags)}"
    keywords = {place for term in brand.keywords if normalise(term) for place in _places(folded, term)}
    exclusions = {place for term in brand.exclusions if normalise(term) for place in _places(folded, term)}

    def inside(keyword: tuple[int, int], exclusion: tuple[int, int]) -> bool:
        return exclusion[0] <= keyword[0] and keyword[1] <= exclusion[1]

    for exclusion in exclusions:
        if not any(inside(keyword, exclusion) and keyword != exclusion for keyword in keywords):
            return False
    return any(not any(inside(keyword, exclusion) for exclusion in exclusions) for keyword in keywords)


@settings(max_examples=600, deadline=None)
@given(texts, brands)
@example("reunited UNITED", [Terms(["united"], [])])
@example("united", [Terms(["united"], ["united"])])
@example("us\n airways", [Terms(["US Airways"], []), Terms(["airways"], ["us airways"])])
@example("x#fail", [Terms(["#fail"], [])])
@example("orange juice, and Orange is down", [Terms(["orange"], ["orange juice"])])
@example("#StopUnited", [Terms(["united"], ["stop united"])])
@example("", [])
def test_automaton_and_plain_search_agree(text: str, several: list[Terms]) -> None:
    """A brand is found exactly when a keyword stands in the text as whole words, and no exclusion takes it away."""
    expected = [place for place, brand in enumerate(several) if _is_about(text, brand)]
    assert Matcher(several).find(text) == tuple(expected)


@settings(max_examples=300, deadline=None)
@given(texts, brands)
def test_other_brands_do_not_matter(text: str, several: list[Terms]) -> None:
    """Whether a brand is found does not depend on who else is watched."""
    found = Matcher(several).find(text)
    assert found == tuple(place for place, brand in enumerate(several) if Matcher([brand]).find(text))


@settings(max_examples=600, deadline=None)
@given(texts, names)
@example("xunited us airways", ["united us", "us airways"])
def test_exactly_texts_with_a_name_are_changed(text: str, several: list[str]) -> None:
    """Masking changes a text if one of the names stands in it as a word, and else returns the very same."""
    masked = Mask(several).apply(text)
    assert (masked is not text) == any(_is_in(text, name) for name in several)


@settings(max_examples=400, deadline=None)
@given(texts, names.filter(bool))
@example("nestle\u0301s nestle\u0301", ["nestle"])
def test_a_masked_text_holds_no_name(text: str, several: list[str]) -> None:
    """After masking a name, it stands in the text no more."""
    name = several[0]
    assert not _is_in(Mask([name]).apply(text), name)


@settings(max_examples=400, deadline=None)
@given(texts, names)
def test_masking_keeps_the_number_of_words(text: str, several: list[str]) -> None:
    """Each word of a name becomes one word, so that a scorer that looks three words back still does."""
    assert len(Mask(several).apply(text).split()) == len(text.split())
