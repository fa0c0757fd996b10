"""Is a proposal measured, honest about chance, and only made where it holds on what it has not seen?"""

from __future__ import annotations

import json
from functools import cache
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.brands.loader import parse
from config.brands.model import default_brand
from mentions.readers.position import Line, Position
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from replay.player.policy_set import PolicySet
from replay.player.result import replay
from replay.tuning import intervals
from replay.tuning.candidates import candidates, distance, settings_in_file, value_of, with_settings
from replay.tuning.dataset import Dataset, gather
from replay.tuning.evaluation import WEEK, Alert, Period, Run, alerts_of, measure, run_setting
from replay.tuning.grid_search import grid_search
from replay.tuning.labels import Label
from replay.tuning.optimisation import optimise, spread
from replay.tuning.plot import plot
from replay.tuning.selection import choose, generalises, leave_one_out
from tests.support.labelled_history import BRAND, INSENSITIVE, labels, mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.brands.model import Brand
    from replay.tuning.optimisation import TuningResult

MINUTE = 60_000
HOUR = 60 * MINUTE


def lines() -> Iterator[Line]:
    """Yield the past as lines of a file."""
    for number, mention in enumerate(mentions(), 1):
        yield Line(number, json.dumps(mention).encode(), Position(number, 0))


@cache
def dull() -> Brand:
    """Return the brand with its dull thresholds."""
    config = parse(INSENSITIVE.encode()).config
    assert config is not None
    return config.brands[0]


@cache
def material() -> Dataset:
    """Return the past, scored."""
    return gather(lines(), Watchlist([dull().brand_terms(0)]), Scorer())


@cache
def swept() -> tuple[Run, ...]:
    """Return what each setting would have told."""
    return tuple(grid_search([dull()], material()))


@cache
def studied() -> TuningResult:
    """Return the dull brand tuned on three storms."""
    return optimise(BRAND, "brand", [dull()], material(), labels(), trials=swept())


def trial(*minutes: int | None, settings: dict[str, str | float] | None = None) -> Run:
    """Return a trial with a page at each minute."""
    at = [None if minute is None else minute * MINUTE for minute in minutes]
    return Run(settings or {}, tuple(Alert(BRAND, one or 0, one) for one in at))


def crisis(minute: int) -> Label:
    """Return a crisis of two hours."""
    return Label(BRAND, minute * MINUTE, (minute + 120) * MINUTE)


WHOLE = [Period(BRAND, 0, 2 * WEEK)]
TWO = [crisis(3000), crisis(15_000)]


def test_a_sweep_finds_what_a_replay_of_the_lines_finds() -> None:
    """Scored once and replayed in large steps, each alert comes at the instant of the plain replay."""
    rules = PolicySet.of([dull()])
    expected = alerts_of(replay(rules, lines(), Scorer()))
    assert run_setting({}, [dull()], material().records).alerts == tuple(expected)
    assert material().mentions == len(mentions())


@pytest.mark.slow
def test_settings_tried_side_by_side_find_the_same() -> None:
    """In processes of their own, in the same order, and each is told of when it is done."""
    reported: list[float] = []
    first = Dataset({BRAND: material().records[BRAND][:2]})
    found = grid_search([dull()], first, advance=reported.append, jobs=2)
    assert found == grid_search([dull()], first)
    assert any(trial.alerts for trial in found)
    assert len(reported) == len(found)


@pytest.mark.slow
def test_a_tuned_setting_is_proposed_where_it_holds_on_held_out_incidents() -> None:
    """The dull brand misses two storms of three; chosen without each of them, the setting hears all."""
    found = studied()
    assert found.state == "proposed"
    assert found.today.found == 1
    assert found.proposed is not None
    assert found.proposed.found == 3
    assert [one.after.found for one in found.held_out] == [1, 1, 1]
    assert "3 of 3 incidents instead of 1" in found.sentence()
    assert spread(found.held_out) is not None


@pytest.mark.slow
def test_the_chart_marks_today_and_the_proposal() -> None:
    """The proposal stands in the chart; the settings that hear less are counted, not drawn."""
    drawn = "\n".join(plot(studied()))
    assert "P" in drawn.split("P proposal")[0]
    assert "settings that page fewer than 3 of 3" in drawn


def test_a_study_is_plain_data() -> None:
    """Pages and reports draw from JSON, in which nothing is lost or infinite."""
    record = json.loads(json.dumps(studied().record(), allow_nan=False))
    assert record["state"] == "proposed"
    assert len(record["points"]) == len(candidates(dull()))
    assert record["sentence"] == studied().sentence()


def test_too_few_labels_are_stated_and_nothing_is_proposed() -> None:
    """One crisis cannot be held out: no optimum is named, and what chance leaves open is shown."""
    found = optimise(BRAND, "brand", [dull()], material(), labels(1), trials=swept())
    assert (found.state, found.proposed, found.held_out) == ("too_few", None, ())
    assert "1 labelled crisis, 2 are needed: no change proposed" in found.sentence()
    assert found.today.recall[1] - found.today.recall[0] > 0.5


def test_too_short_data_is_stated() -> None:
    """Two crises within a day say nothing about false alarms a week."""
    day = [Period(BRAND, labels()[0].onset - HOUR, labels()[0].onset + 23 * HOUR)]
    two = [labels()[0], Label(BRAND, labels()[0].end + HOUR, labels()[0].end + 2 * HOUR)]
    found = optimise(BRAND, "brand", [dull()], material(), two, stretches=day, trials=swept())
    assert (found.state, found.proposed) == ("too_short", None)
    assert "3 are needed" in found.sentence()


def test_false_alarms_are_pages_that_no_crisis_explains() -> None:
    """A page within an hour of a crisis belongs to it; one in a planned stretch, or elsewhere, is for nothing."""
    reported = trial(2990, 3050, 3170, 3300, 8000, None)
    planned = Label(BRAND, 7990 * MINUTE, 8100 * MINUTE, "planned")
    found = measure(reported, [*TWO, planned], WHOLE)
    assert found.false_alarms == 2
    assert found.delays == (-10.0, None)
    assert (found.found, found.mean_delay) == (1, -10.0)
    assert found.weeks == pytest.approx(2 - 4 / 168)


def test_no_setting_over_the_budget_is_chosen() -> None:
    """The soonest setting is not taken where it is too loud; a larger budget takes it."""
    loud = trial(3001, 15_001, 5000, 6000, 7000, 8000, settings={"detect.sensitivity": "high"})
    trials = [trial(3030, 15_030), loud]
    assert choose(trials, TWO, WHOLE, default_brand(BRAND), None) == 0
    assert choose(trials, TWO, WHOLE, default_brand(BRAND), 1.0) == 0
    assert choose(trials, TWO, WHOLE, default_brand(BRAND), 2.1) == 1


def test_equal_delays_take_the_quieter_and_nearer_setting() -> None:
    """Within a minute the fewest false alarms win, then the smallest change."""
    far: dict[str, str | float] = {"detect.sensitivity": "high", "detect.volume_spike.peak_ratio": 0.8}
    near: dict[str, str | float] = {"detect.sensitivity": "high"}
    today = trial(3040, 15_040, 5000)
    trials = [today, trial(3010, 15_010, settings=far), trial(3010, 15_011, settings=near)]
    assert choose(trials, TWO, WHOLE, default_brand(BRAND), None) == 2


def test_what_fails_on_held_out_incidents_is_not_better() -> None:
    """Each of two settings hears one crisis sooner by luck: chosen without it, neither helps the other."""
    first = trial(3001, 15_050, settings={"detect.sensitivity": "high"})
    second = trial(3050, 15_001, settings={"detect.sensitivity": "low"})
    held = leave_one_out([trial(3030, 15_030), first, second], TWO, WHOLE, default_brand(BRAND), None)
    assert [one.settings for one in held] == [second.settings, first.settings]
    assert not generalises(held, None)


def test_held_out_time_counts_once() -> None:
    """The parts around the crises cover the whole stretch between them, each false alarm once."""
    reported = trial(100, 3010, 9010, 15_010, 19_000)
    held = leave_one_out([reported], TWO, WHOLE, default_brand(BRAND), None)
    assert sum(one.before.false_alarms for one in held) == 3
    assert sum(one.before.weeks for one in held) == pytest.approx(2 - 4 / 168, abs=1e-4)


def test_candidates_start_from_today_and_are_valid() -> None:
    """The first changes nothing; each other one changes something, can be applied, and is tried once."""
    tried = candidates(dull())
    assert tried[0] == {}
    assert len({tuple(sorted(one.items())) for one in tried}) == len(tried)
    for settings in tried[1:]:
        after = with_settings(dull(), settings)
        assert settings
        assert all(value_of(after, path) == value != value_of(dull(), path) for path, value in settings.items())
        assert distance(dull(), settings) > 0
    assert with_settings(dull(), {}) == dull()


def test_a_group_does_not_reach_what_a_brand_writes_itself() -> None:
    """Trying a group's setting leaves the brand's own line alone, as the file would."""
    own, records = settings_in_file(INSENSITIVE.encode()), material().records
    assert "detect.negative_spike.peak_ratio" in own[BRAND]
    assert "detect.sensitivity" not in own[BRAND]
    settings: dict[str, str | float] = {
        "detect.negative_spike.peak_ratio": 0.5,
        "detect.negative_burst.peak_ratio": 0.5,
    }
    assert run_setting(settings, [dull()], records, own).alerts == run_setting({}, [dull()], records).alerts


@given(st.integers(0, 60), st.floats(0.1, 50))
def test_a_rate_lies_in_its_interval(events: int, weeks: float) -> None:
    """The interval holds what was seen, and more time makes it narrower."""
    found, longer = intervals.rate(events, weeks), intervals.rate(events * 2, weeks * 2)
    assert found.low <= events / weeks <= found.high
    assert longer.high - longer.low <= found.high - found.low + 1e-9


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0, 2.996), (1, 0.0513, 4.744), (10, 5.425, 16.962)])
def test_the_poisson_interval_is_the_exact_one(events: int, low: float, high: float) -> None:
    """Garwood's table at 90 %."""
    assert intervals.rate(events, 1.0) == pytest.approx((low, high), abs=2e-3)


def test_nothing_watched_leaves_everything_open() -> None:
    """Without time or crises any rate and any share are possible."""
    assert intervals.rate(0, 0.0) == (0.0, inf)
    assert intervals.share(0, 0) == (0.0, 1.0)
    assert intervals.share(2, 2) == pytest.approx((0.425, 1.0), abs=1e-3)


def concluded(*trials: Run) -> TuningResult:
    """Return what comes of these trials on two crises in two weeks."""
    return optimise(BRAND, "brand", [default_brand(BRAND)], Dataset(), TWO, stretches=WHOLE, trials=trials)


def test_todays_setting_is_kept_where_nothing_is_better() -> None:
    """Settings that are as good change nothing."""
    found = concluded(trial(3030, 15_030), trial(3030, 15_030, settings={"detect.sensitivity": "high"}))
    assert (found.state, found.proposal) == ("keep", None)
    assert found.sentence() == f"{BRAND}: today's setting is the best of 2 tried."


def test_what_only_fits_the_incidents_is_stated_to_do_so() -> None:
    """The best in hindsight is shown with its effects, and not proposed."""
    lucky = trial(3001, 15_050, settings={"detect.sensitivity": "high"})
    other = trial(3050, 15_001, settings={"detect.sensitivity": "low"})
    both = trial(3012, 15_012, 5000, settings={"alert.page_from": "info"})
    found = concluded(trial(3030, 15_030), lucky, other, both)
    assert (found.state, found.proposed) == ("not_better", None)
    assert "does not beat today's setting on held-out incidents" in found.sentence()
    assert [str(effect).split(": ")[1] for effect in found.effects] == ["29 minutes sooner", "20 minutes later"]


def test_a_budget_pays_for_minutes_and_says_how_many() -> None:
    """A sooner, louder setting is proposed within the budget, with its price."""
    loud = trial(3010, 15_010, 5000, 12_000, settings={"alert.page_from": "info"})
    trials = [trial(3030, 15_030), loud]
    found = optimise(BRAND, "brand", [default_brand(BRAND)], Dataset(), TWO, 1.1, stretches=WHOLE, trials=trials)
    assert found.sentence() == f"{BRAND}: 20 minutes sooner; 1 false alarm a week more; 2 of 2 incidents instead of 2."
    assert concluded(*trials).state == "keep"
