"""What does a record mean for each brand?"""

from __future__ import annotations

import pytest

from mentions.language_names import language_subtag
from mentions.model.batches import EXCERPT_CHARS, NEGATIVE, POSITIVE, UNKNOWN
from mentions.model.decode import WireMention, decode_record
from mentions.model.hashing import hash63
from mentions.model.mention import Mention
from mentions.model.near_duplicates import text_hash
from mentions.scoring import Row, mention_hash, score, score_record
from mentions.watchlist.watchlist import BrandTerms, Outcome, Watchlist
from tests.support.mentions import ARRIVED, BASE, PUBLISHED, CountingScorer, line, record, wire

GOOD = BrandTerms(name="Good", keywords=("good",), own_accounts=("good_inc",), languages=("en", "fr"), revision=3)
OTHER = BrandTerms(name="Other", aliases=("Oth",), keywords=("other",), revision=5)
WATCHLIST = Watchlist([GOOD, OTHER])


def test_a_row_holds_what_the_watch_needs() -> None:
    """Each field of a mention arrives in its column, from where it came to where it can be read."""
    text = "bad bad " + "x" * 400
    value = line(
        id="77", text=text, brand="oth", author={"id": "u", "followers": 9}, reach=4, url="https://e.org/1", lang="en"
    )
    scored = score_record(value, ARRIVED, 2, 1_000, WATCHLIST, CountingScorer())
    assert scored.rows == {
        "Other": [
            Row(
                offset=1_000,
                line_index=0,
                id=hash63("news\n77"),
                published=PUBLISHED,
                arrived=ARRIVED,
                compound=-0.6667,
                label=NEGATIVE,
                abuse=0.0,
                channel="news",
                author="u",
                reach=9,
                text_hash=text_hash(text),
                excerpt=text[:EXCERPT_CHARS],
                url="https://e.org/1",
            )
        ]
    }
    assert (scored.partition, scored.offset, scored.scorer, scored.revisions) == (2, 1_000, "counting-1", {"Other": 5})


@pytest.mark.parametrize("text", ["of the other day", "Good news\nof the other day"])
def test_the_title_is_matched_scored_and_shown_with_the_text(text: str) -> None:
    """Once, where the text begins with it."""
    scorer = CountingScorer()
    scored = score_record(line(title="Good news", text=text), ARRIVED, 0, 0, WATCHLIST, scorer)
    assert sorted(scored.rows) == ["Good", "Other"]
    assert {row.excerpt for rows in scored.rows.values() for row in rows} == {"Good news\nof the other day"}


def test_every_entry_of_a_record_is_accounted_for() -> None:
    """Rows, rejections, unmatched and own accounts add up to the lines, and indexes are those of the lines."""
    value = record(
        line(id="0", brand="Other"),
        b"broken",
        line(id="2", text="of no one"),
        line(id="3", brand="Good", author="good_inc"),
        line(id="4", brand="Othr"),
        line(id="5", text="the other good"),
        line(id="6", brand="Other", published_at="2026-02-01T00:00:00Z"),
    )
    scored = score_record(value, ARRIVED, 0, 0, WATCHLIST, CountingScorer())
    assert [row.line_index for row in scored.rows["Other"]] == [0, 5]
    assert [row.line_index for row in scored.rows["Good"]] == [5]
    assert [rejection.index for rejection in scored.rejections] == [1, 4, 6]
    assert [rejection.line for rejection in scored.rejections] == [value.split(b"\n")[at] for at in (1, 4, 6)]
    assert scored.rejections[1].reasons[0].startswith("brand: 'Othr' is not watched: did you mean 'Other'")
    assert (scored.accepted, scored.unmatched, scored.own_account) == (2, 1, 1)


def test_event_time_is_read_up_to_the_latest_mention() -> None:
    """The latest moment of what was not refused counts, in whatever order and whosoever's mention it is."""
    value = record(
        line(brand="Other", published_at=PUBLISHED - 60_000),
        line(text="no one's", published_at=PUBLISHED - 1_000),
        line(brand="Other", published_at=PUBLISHED - 90_000),
        line(brand="Nobody", published_at=PUBLISHED),
    )
    assert score_record(value, ARRIVED, 0, 0, WATCHLIST, CountingScorer()).read_up_to == PUBLISHED - 1_000
    assert score_record(b"x", ARRIVED, 0, 0, WATCHLIST, CountingScorer()).read_up_to == 0


def test_the_brands_own_name_is_not_scored() -> None:
    """A brand called by a word of praise gets no praise from its name; another brand's mention does."""
    scorer = CountingScorer()
    scored = score_record(line(text="good other good"), ARRIVED, 0, 0, WATCHLIST, scorer)
    assert scored.rows["Good"][0].compound == 0.0
    assert scored.rows["Other"][0].label == POSITIVE
    assert [text for text, _ in scorer.asked] == ["brand other brand", "good brand good"]


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("fr", "fr"), ("fr-CA", "fr"), ("EN_us", "en"), ("und", None), ("", None), (None, None), (" en ", "en")],
)
def test_a_language_tag_is_its_primary_part(tag: str | None, lang: str | None) -> None:
    """The scorer is asked by primary subtag, or to find out where the tag names no language."""
    assert language_subtag(tag) == lang
    scorer = CountingScorer()
    score_record(line(lang=tag, brand="Other"), ARRIVED, 0, 0, WATCHLIST, scorer)
    assert [asked for _, asked in scorer.asked] == [lang]


def test_a_language_the_brand_does_not_score_is_unknown() -> None:
    """A text in a language that a brand leaves out counts, is labelled unknown, and is not scored."""
    scorer = CountingScorer()
    (row,) = score_record(line(brand="Good", text="bad", lang="de"), ARRIVED, 0, 0, WATCHLIST, scorer).rows["Good"]
    assert (row.compound, row.label, row.abuse) == (0.0, UNKNOWN, 0.0)
    assert scorer.asked == []
    (row,) = score_record(line(brand="Other", text="bad", lang="de"), ARRIVED, 0, 0, WATCHLIST, scorer).rows["Other"]
    assert row.label == NEGATIVE


def test_posts_are_distinguished_by_channel_and_id() -> None:
    """The same number on two channels is two posts."""
    assert mention_hash(wire(id="7", channel="a")) != mention_hash(wire(id="7", channel="b"))
    assert mention_hash(wire(id="7", channel="a", text="x")) == mention_hash(wire(id=7, channel="a"))


def test_a_single_mention_is_scored_like_one_of_a_record() -> None:
    """The simple call gives the readings of the record's rows, and names the outcome."""
    for fields in ({"text": "bad other, good idiot"}, {"brand": "oth", "text": "bad"}, {"text": "x"}):
        mention = Mention.model_validate(BASE | fields)
        scored = score(mention, WATCHLIST, CountingScorer())
        rows = score_record(line(**fields), ARRIVED, 0, 0, WATCHLIST, CountingScorer()).rows
        assert scored.scores == {name: (row.compound, row.label, row.abuse) for name, (row,) in rows.items()}
        assert scored.outcome is (Outcome.MATCHED if rows else Outcome.UNMATCHED)
        assert scored.mention is mention


def test_a_single_mention_of_an_unknown_brand_says_why() -> None:
    """The simple call refuses an unknown brand by name."""
    scored = score(Mention.model_validate(BASE | {"brand": "Othr"}), WATCHLIST, CountingScorer())
    assert scored.outcome is Outcome.UNKNOWN_BRAND
    assert scored.reason.startswith("brand: 'Othr' is not watched")


def test_scoring_decodes_as_decode_record_does() -> None:
    """What decode_record accepts has a row where every brand is watched, and nothing else has."""
    value = record(line(brand="a"), b"{}", line(brand="b", id=5), b"", line(brand="c", text="\ud800"))
    scored = score_record(value, ARRIVED, 0, 0, Watchlist.accepting_any(), CountingScorer())
    accepted = [at for at, entry in enumerate(decode_record(value, ARRIVED)) if isinstance(entry, WireMention)]
    assert sorted(row.line_index for rows in scored.rows.values() for row in rows) == accepted


@pytest.mark.parametrize("text", ["K&amp;P is bad", "<p>K&amp;P is <b>bad</b></p>", "K&P is bad"])
def test_a_text_is_matched_and_scored_as_people_see_it(text: str) -> None:
    """Entities and tags are neither in the way of a keyword nor in the excerpt, and the id is the source's own."""
    watchlist = Watchlist([BrandTerms(name="K&P", keywords=("k&p",))])
    scored = score_record(line(id="<7>", text=text), ARRIVED, 0, 0, watchlist, CountingScorer())
    (row,) = scored.rows["K&P"]
    assert (row.id, row.label, row.excerpt) == (hash63("news\n<7>"), NEGATIVE, "K&P is bad")
    assert row.text_hash == text_hash("K&P is bad")
    assert score(Mention.model_validate_json(line(text=text)), watchlist, CountingScorer()).scores.keys() == {"K&P"}
