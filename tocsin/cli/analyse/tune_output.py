"""Output of `tocsin tune` in the terminal: table of settings, trade-off plot, uncertainty, diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.cli.output import print_line, print_table, printable

if TYPE_CHECKING:
    from replay.tuning.optimisation import Point, TuningResult

MAX_ROWS: Final = 8
"""Settings in the table."""


def print_optimisation(found: TuningResult, diff: str) -> None:
    """Print what was found, settings that do well and how sure it all is, and the change as a diff."""
    from replay.tuning.plot import plot  # noqa: PLC0415

    print_line(printable(found.sentence()))
    print_line()
    points = [found.points[place] for place in _worth_showing(found)]
    print_table(
        ["setting", "crises", "delay, minutes", "false alarms a week", "90 %"], [_row(found, one) for one in points]
    )
    print_line()
    for line in plot(found):
        print_line(line)
    print_line()
    _print_uncertainty(found)
    for line in diff.splitlines():
        print_line(printable(line))


def _worth_showing(found: TuningResult) -> list[int]:
    """Return today's setting, the one that is named beside it, and the best others."""
    rest = [place for place, one in enumerate(found.points) if one.best]
    rest.sort(key=lambda place: (-found.points[place].found, found.points[place].per_week))
    return list(dict.fromkeys([0, found.named, *rest]))[:MAX_ROWS]


def _row(found: TuningResult, one: Point) -> list[object]:
    what = ", ".join(f"{path.split('.', 1)[1]} {value}" for path, value in one.settings.items()) or "today's"
    high = "" if one.between[1] is None else f"{one.between[1]:.2g}"
    mark = " (proposed)" if one is found.proposed else ""
    delay = "–" if one.mean_delay is None else f"{one.mean_delay:.0f}"
    return [what + mark, f"{one.found} of {one.of}", delay, f"{one.per_week:.2g}", f"{one.between[0]:.2g}–{high}"]


def _print_uncertainty(found: TuningResult) -> None:
    from replay.tuning.optimisation import Effect, spread  # noqa: PLC0415

    if found.named:
        name = "best in hindsight, not proposed" if found.proposed is None else "proposed"
        for effect in found.effects:
            print_line(printable(f"{name}: {effect}"))
    low, high = found.today.recall
    print_line(
        f"today's recall is {found.today.found} of {found.today.of}; with so few it may be {low:.0%} to {high:.0%}"
    )
    for one in found.held_out:
        blind = Effect(one.label, one.before.delays[0], one.after.delays[0])
        noise = f"{one.before.false_alarms} false alarms before, {one.after.false_alarms} after"
        print_line(printable(f"held out: {blind}; {noise}"))
    reach = spread(found.held_out)
    if reach:
        print_line(f"gain on held-out incidents: {reach[0]:+.0f} to {reach[1]:+.0f} minutes")
