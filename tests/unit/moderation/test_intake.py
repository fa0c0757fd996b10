"""Intake: which mentions enter a brand's queue, as which item."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mentions.model.decode import WireAuthor, WireMention
from moderation.intake import ScoredText, flag, item_id
from moderation.settings import DueTimes, Moderation

ON = Moderation(enabled=True)
NOW = 1_000_000


def scored(text: str, author: str = "x1", abuse: float = 0.0, number: int = 7) -> ScoredText:
    """Return a mention as the hot path reads it."""
    mention = WireMention("1", text, "2026-03-10T12:00:00Z", "forum", author=WireAuthor(author, "X", None))
    return ScoredText(mention, number, "en", abuse, "tocsin-3")


def policies(settings: Moderation, one: ScoredText) -> list[str]:
    """Return the policies that flag a mention; [""] for a sample, [] where it stays out."""
    record = flag("Acme", settings, one, NOW)
    return [] if record is None else [finding.policy for finding in record.findings] or [""]


def test_nothing_enters_unless_the_brand_moderates() -> None:
    """Off is the default."""
    assert flag("Acme", Moderation(), scored("I will kill you"), NOW) is None


def test_the_record_says_what_by_whom_and_by_when() -> None:
    """The most severe finding decides when it is due."""
    settings = ON.model_copy(update={"due": DueTimes(high=timedelta(minutes=10))})
    record = flag("Acme", settings, scored("I will kill you, idiot", abuse=0.99), NOW)
    assert record is not None
    assert [(finding.policy, finding.severity) for finding in record.findings] == [
        ("threat", "high"),
        ("insult", "medium"),
    ]
    assert record.due_at == NOW + 600_000
    assert (record.post.author, record.version) == ("x1", "tocsin-3+policies-1")


def test_near_copies_are_one_item_of_a_brand_and_another_of_another() -> None:
    """Handles, links and case do not tell copies apart; brands do."""
    assert item_id("Acme", "You ARE dead!") == item_id("Acme", "@x you are dead! https://t.example/1")
    assert item_id("Acme", "You are dead!") != item_id("Other", "You are dead!")


@pytest.mark.parametrize(
    ("settings", "author", "text", "found"),
    [
        ({"block_terms": ("pulp fact",)}, "x1", "read PULP  fact now", ["block list"]),
        ({"block_terms": ("ass",)}, "x1", "a class of its own", []),
        ({"block_authors": ("@Troll",)}, "troll", "good morning", ["block list"]),
        ({"allow_authors": ("x1",)}, "x1", "I will kill you", []),
        ({"allow_terms": ("kill you softly",)}, "x1", "I will kill you softly", []),
        ({"policies": ("spam",)}, "x1", "I will kill you", []),
    ],
)
def test_a_brand_has_its_own_words_and_authors(
    settings: dict[str, object], author: str, text: str, found: list[str]
) -> None:
    """Lists add to the policies, or keep things out, as whole words."""
    assert policies(ON.model_copy(update=settings), scored(text, author)) == found


def test_a_sample_of_what_is_not_flagged_enters_too_and_always_the_same() -> None:
    """Drawn by the mention's own id, so that a mention that is read again is drawn again."""
    settings = ON.model_copy(update={"sample_rate": 0.1})
    drawn = [number for number in range(2_000) if policies(settings, scored("good morning", number=number))]
    assert 130 < len(drawn) < 280
    assert drawn == [number for number in range(2_000) if policies(settings, scored("good morning", number=number))]
    record = flag("Acme", settings, scored("good morning", number=drawn[0]), NOW)
    assert record is not None
    assert record.sampled
