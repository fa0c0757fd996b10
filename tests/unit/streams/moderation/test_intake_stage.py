"""Intake stage: records of `mentions` into records of the queue."""

from __future__ import annotations

import json

import pytest

from mentions.sentiment import Scorer
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist
from moderation.model import Flagged, Withdrawn
from moderation.settings import Moderation
from streams.moderation.intake_stage import take_in

NOW = 1_773_144_060_000
BRANDS = Watchlist(
    [
        BrandTerms(name="Acme", keywords=("acme",), own_accounts=("acmehq",)),
        BrandTerms(name="Other", keywords=("other",)),
    ]
)
MODERATED = {"Acme": Moderation(enabled=True)}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """Return the scorer that ships."""
    return Scorer()


def line(number: int, text: str, **more: object) -> dict[str, object]:
    """Return a mention."""
    return {"id": str(number), "text": text, "published_at": "2026-03-10T12:00:00Z", "channel": "forum", **more}


def record(*mentions: dict[str, object]) -> tuple[bytes, int]:
    """Return a Kafka record of mentions, with its time of arrival."""
    return "\n".join(map(json.dumps, mentions)).encode(), NOW


def test_only_brands_that_moderate_and_only_what_is_flagged(scorer: Scorer) -> None:
    """Other brands' mentions, harmless ones and the brand's own posts stay out."""
    values = [
        record(line(1, "Acme, I will kill you"), line(2, "other, I will kill you"), line(3, "acme is on time")),
        record(line(4, "acme: i will kill you", author="AcmeHQ")),
        record(line(5, "Acme, you idiots: shut the fuck up")),
    ]
    found = take_in(values, BRANDS, scorer, MODERATED, NOW, {})
    assert [(one.brand, one.findings[0].policy) for one in found if isinstance(one, Flagged)] == [
        ("Acme", "threat"),
        ("Acme", "insult"),
    ]


@pytest.mark.parametrize("value", [None, b"", b"{", b'{"id": 1}', b"\xff\xfe"])
def test_what_is_no_mention_is_left_out(scorer: Scorer, value: bytes | None) -> None:
    """The score stage reports it as a dead letter; here nothing comes of it."""
    assert take_in([(value, NOW)], BRANDS, scorer, MODERATED, NOW, {}) == []


def test_a_mention_that_is_read_again_makes_the_same_record(scorer: Scorer) -> None:
    """So that the queue recognises it."""
    value = record(line(1, "Acme, I will kill you"))
    first, again = take_in([value, value], BRANDS, scorer, MODERATED, NOW, {})
    assert first == again


def test_a_deletion_withdraws_the_post_from_its_items(scorer: Scorer) -> None:
    """Whether it was flagged before or in the same batch; a post that was never flagged is nothing to withdraw."""
    first = record(line(1, "Acme, I will kill you"))
    (flagged,) = take_in([first], BRANDS, scorer, MODERATED, NOW, {})
    assert isinstance(flagged, Flagged)
    gone = record(line(1, "", deleted=True), line(2, "", deleted=True))
    expected = Withdrawn(id=f"gone:{flagged.item}:{flagged.post.id:x}", item=flagged.item, at=NOW, post=flagged.post.id)
    assert take_in([gone], BRANDS, scorer, MODERATED, NOW, {flagged.post.id: {flagged.item}}) == [expected]
    assert take_in([first, gone], BRANDS, scorer, MODERATED, NOW, {}) == [flagged, expected]


def test_a_title_is_read_with_the_text(scorer: Scorer) -> None:
    """As the score stage does."""
    value = record(line(1, "Acme as ever", title="I will kill you"))
    assert len(take_in([value], BRANDS, scorer, MODERATED, NOW, {})) == 1
