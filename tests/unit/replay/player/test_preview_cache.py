"""Preview cache: a further preview of a brand is answered as the first one would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from replay.player.preview import preview
from replay.player.preview_cache import CACHE_TTL, PREVIEW_DAYS, PreviewCache
from tests.unit.replay.player.test_preview import DISABLED, NOW, batches, keen

if TYPE_CHECKING:
    from mentions.model.batches import Batch

NOON = 1_773_144_000_000
DAY = 86_400_000


@dataclass
class Kafka:
    """What was read of the past, and what time it is."""

    now: int = NOON
    asked: list[tuple[str, int, int]] = field(default_factory=list)

    def past(self, name: str, since: int, until: int) -> tuple[Batch, ...]:
        """Return the storm, whatever is asked for."""
        self.asked.append((name, since, until))
        return batches()

    def clock(self) -> int:
        """Return the time."""
        return self.now


@pytest.fixture
def kafka() -> Kafka:
    """Return a past that says how often it was read."""
    return Kafka()


def test_a_second_question_gets_the_answer_of_the_first(kafka: Kafka) -> None:
    """Also when the present thresholds have changed in between: what came of the former ones is not kept for them."""
    days = PreviewCache(kafka.past, kafka.clock)
    for today, proposed in ((NOW, keen()), (NOW, DISABLED), (DISABLED, keen()), (NOW, keen())):
        assert days.preview(today, proposed).record() == preview(today, proposed, batches()).record()
    assert kafka.asked == [(NOW.name, NOON - PREVIEW_DAYS * DAY, NOON)]


def test_the_past_is_read_again_for_another_brand_and_when_it_is_old(kafka: Kafka) -> None:
    """Nobody is shown another brand's days, nor yesterday's."""
    days = PreviewCache(kafka.past, kafka.clock)
    days.preview(NOW, NOW)
    other = NOW.model_copy(update={"name": "Halden"})
    days.preview(other, other)
    kafka.now += CACHE_TTL + 1
    days.preview(other, other)
    assert [name for name, _, _ in kafka.asked] == [NOW.name, "Halden", "Halden"]


def test_what_is_learned_from_lies_before_the_days(kafka: Kafka) -> None:
    """With days to learn from more is read, and alerts count from the last seven days on."""
    PreviewCache(kafka.past, kafka.clock, warm_up_days=7).preview(NOW, NOW)
    assert kafka.asked == [(NOW.name, NOON - 14 * DAY, NOON)]


def test_a_past_can_be_let_go_once(kafka: Kafka) -> None:
    """What was read later is not let go with what was read before."""
    days = PreviewCache(kafka.past, kafka.clock)
    days.preview(NOW, NOW)
    first = days.read_at
    kafka.now += CACHE_TTL + 1
    days.preview(NOW, NOW)
    days.clear(first)
    days.preview(NOW, NOW)
    assert len(kafka.asked) == 2
    days.clear(days.read_at)
    days.preview(NOW, NOW)
    assert len(kafka.asked) == 3
