"""Does a dark burst by many page, and nothing else?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from detectors.engine import engine
from detectors.policy import Policy
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from detectors.model.signal import Signal

DAY = 1440


def reported(burst: list[Row], calm_days: int = 2, policy: Policy | None = None) -> dict[str, Signal]:
    """Return, by detector, the first signal after days of a mention each quarter of an hour, and then a burst."""
    policy = policy or Policy()
    calm = [Row(15.0 * place + 1, author=f"calm {place}") for place in range(calm_days * DAY // 15)]
    rows = sorted(
        [*calm, *(row._replace(minute=row.minute + calm_days * DAY) for row in burst)], key=lambda row: row.minute
    )
    state, signals = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, policy)
    for offset, row in enumerate(rows):
        state, found = engine.process(state, batch_of([row], offset), policy)
        state, more = engine.advance_watermark(state, START + round(row.minute * MINUTE), policy)
        signals += found + more
    signals += engine.advance_watermark(state, START + round((rows[-1].minute + 10) * MINUTE), policy)[1]
    return {signal.detector: signal for signal in reversed(signals)}


def burst_of(compound: float, *, authors: int = 30, size: int = 30) -> list[Row]:
    """Return mentions every twenty seconds, all of one tone and no label, by so many authors in turn."""
    return [Row(1 + place / 3, compound=compound, author=f"author {place % authors}") for place in range(size)]


def test_a_dark_burst_by_many_pages() -> None:
    """Thirty people in ten minutes, sober words in a dark tone and none of them labelled negative: a page."""
    signal = reported(burst_of(-0.3))["negative_burst"]
    assert signal.severity == "warning"
    assert signal.evidence.extra["compound"] < -0.2
    assert signal.at <= START + (2 * DAY + 6) * MINUTE


@pytest.mark.parametrize("compound", [0.0, 0.6])
def test_a_bright_burst_is_volume_and_no_negative_burst(compound: float) -> None:
    """A joke is as loud, and worth no more than a look."""
    signals = reported(burst_of(compound))
    assert "negative_burst" not in signals
    assert signals["volume_spike"].severity == "info"


def test_a_tirade_of_one_is_worth_a_look() -> None:
    """The same burst by one author does not page, by tone or by number."""
    signals = reported([row._replace(label=-1) for row in burst_of(-0.6, authors=1)])
    assert signals["negative_burst"].severity == "info"
    assert signals["negative_spike"].severity == "info"


def test_the_same_by_many_pages_by_number_too() -> None:
    """With a crowd, negative mentions page the moment they are too many."""
    signals = reported([row._replace(label=-1) for row in burst_of(-0.6)])
    assert signals["negative_spike"].severity == "warning"


def test_what_a_brand_is_used_to_is_no_negative_burst() -> None:
    """A fourth burst as large as those of the days before it is that brand's everyday life."""
    days = [row._replace(minute=row.minute + day * DAY) for day in range(4) for row in burst_of(-0.3)]
    policy = Policy.model_validate({"negative_burst": {"min_mentions": 5}})
    last = reported([*days[:-30]], policy=policy)["negative_burst"]
    again = reported(days, policy=policy)["negative_burst"]
    assert again == last


def test_a_new_brand_is_not_paged_for_beginning() -> None:
    """Dark mentions at an even pace from the first minute on: there is nothing yet that they exceed."""
    rows = [Row(1.5 * place, compound=-0.4, author=f"author {place}") for place in range(200)]
    assert "negative_burst" not in reported(rows, calm_days=0)
