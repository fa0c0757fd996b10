"""Leave-one-brand-out choice of the volume detector's parameters on NAB's realTweets.

realTweets has ten series and 33 windows, few enough to fit parameters by chance. The choice is therefore made ten
times, on nine brands each, and scored on the tenth: windows, half-life, power, floor and peak ratio at once. The
selection rule is chosen in the same nested way (`benchmarks.nab.rules`): each of the nine brands is scored by what
the other eight choose, so the tenth brand has no influence on it either.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.nab.__main__ import NAB
from benchmarks.nab.rules import OBJECTIVES, PICKINGS, RULES, Evidence, choose
from benchmarks.nab.series import GRID, WIDE, Grid, blend, judge, load, profiles, value
from benchmarks.results_table import publish, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from benchmarks.nab.series import Choice, Floats, Series

    Numbers = NDArray[np.int64]

SHIPPED: Final[Choice] = (15, 150, 10, 4, 0.5, 1.25)
COPIES: Final = 8
SEEDS: Final = range(2, 12)
BLENDED: Final = [round(0.9 + 0.025 * step, 3) for step in range(45)]
HEADING: Final = "Volume: what the choice of parameters owes to these series"


@dataclass(frozen=True)
class HeldOut:
    """What each rule chooses without a brand, and how far the other brands trust it: brands, rules."""

    choices: Numbers
    trust: Floats

    def rules(self, among: Sequence[int]) -> list[int]:
        """Return the rule that is trusted most without each brand, of equals the first."""
        return [among[int(trust[among].argmax())] for trust in self.trust]

    def nested(self, among: Sequence[int]) -> list[int]:
        """Return the choice made without each brand, by the rule chosen without it."""
        return [int(self.choices[brand, rule]) for brand, rule in enumerate(self.rules(among))]


def leave_out(evidence: Evidence) -> Numbers:
    """Return what each rule chooses without each brand: brands, rules."""
    return np.array([choose(evidence.without(brand)) for brand in range(evidence.brands)])


def trust(seen: Evidence, choices: Numbers) -> Floats:
    """Return the score of each rule, each brand judged by what the others choose by it (see `leave_out`)."""
    return value(sum(seen.parts[0, chosen, brand] for brand, chosen in enumerate(choices)))


def hold_out(evidence: Evidence) -> HeldOut:
    """Return what is chosen without each brand, and how far each rule is to be trusted, seen without it."""
    others = [evidence.without(brand) for brand in range(evidence.brands)]
    trusted = [trust(seen, leave_out(seen)) for seen in others]
    return HeldOut(leave_out(evidence), np.array(trusted))


def interval(parts: Floats) -> str:
    """Return the middle nine tenths of the standard score, were there other brands like these."""
    scores = value(Evidence(parts[None, None], (1,)).resampled(10_000)[:, 0])
    low, high = np.quantile(scores, (0.05, 0.95))
    return f"{low:.1f}–{high:.1f}"


@dataclass(frozen=True)
class Row:
    """What one way to choose brings."""

    name: str
    parts: Floats
    chosen: str

    def cells(self) -> tuple[str, str, str, str]:
        """Return it as a line of the table."""
        scores = " / ".join(f"{score:.1f}" for score in profiles(self.parts.sum(0)))
        return self.name, scores, interval(self.parts), self.chosen


def named(choices: Iterable[int], grid: Grid) -> str:
    """Return choices by their parameters, each once."""
    return "; ".join(" ".join(f"{part:g}" for part in grid.choices[choice]) for choice in sorted(set(choices)))


def in_hindsight(evidence: Evidence, held: HeldOut, grid: Grid) -> list[Row]:
    """Return what all brands say together, and of a setting that no brand had a say in."""
    rule = int(trust(evidence, held.choices).argmax())
    fixed = {
        "the best single choice": int(value(evidence.parts[0].sum(1)).argmax()),
        "by the rule that they trust most": int(choose(evidence)[rule]),
        "the middle of what was tried": int(np.ravel_multi_index([size // 2 for size in grid.shape], grid.shape)),
        "what ships": grid.choices.index(SHIPPED),
    }
    return [
        Row(f"All ten brands: {name}", evidence.parts[0, choice], named([choice], grid))
        for name, choice in fixed.items()
    ]


def without_a_brand(evidence: Evidence, held: HeldOut, grid: Grid) -> list[Row]:
    """Return what is chosen without each brand in turn."""
    every, plain = range(held.choices.shape[1]), range(len(PICKINGS))
    ways = {
        f"**Nine, by the rule of {len(every)} that they trust most, judged on the tenth**": held.nested(every),
        f"… of the {len(plain)} rules that look at the standard score alone": held.nested(plain),
        f"… always the best of {len(grid.choices)}": held.choices[:, 0].tolist(),
    }
    return [Row(name, evidence.of(chosen), named(chosen, grid)) for name, chosen in ways.items()]


def without_much_choice(series: list[Series], evidence: Evidence, grid: Grid) -> list[Row]:
    """Return what is left where nothing but `peak_ratio` is chosen, always the best."""
    alike = [number for number, choice in enumerate(grid.choices) if choice[:5] == SHIPPED[:5]]
    blended = blend(series, BLENDED, grid)[None]
    found = []
    for name, parts, ratios in (
        ("… `peak_ratio` alone, all else as shipped", evidence.parts[:1, alike], list(grid.ratios)),
        (f"… `peak_ratio` alone, over the mean of all {len(grid.rules)} logarithms of ratios", blended, BLENDED),
    ):
        alone = Evidence(parts, (parts.shape[1],))
        chosen = leave_out(alone)[:, 0].tolist()
        ratio_text = "; ".join(f"{ratios[choice]:g}" for choice in sorted(set(chosen)))
        found.append(Row(name, alone.of(chosen), f"peak_ratio {ratio_text}"))
    return found


def by_rule(evidence: Evidence, held: HeldOut) -> str:
    """Return the standard score of each rule, each brand judged by what the others choose by it."""
    lines = trust(evidence, held.choices).reshape(-1, len(PICKINGS)).T
    rows = [(name, *(f"{score:.1f}" for score in line)) for name, line in zip(PICKINGS, lines, strict=True)]
    return table(("Picked", *list(OBJECTIVES)[: lines.shape[1]]), rows)


def by_brand(series: list[Series], evidence: Evidence, held: HeldOut, grid: Grid) -> str:
    """Return what was chosen without each brand, and the standard score there beside what ships."""
    every = range(held.choices.shape[1])
    chosen, shipped = held.nested(every), grid.choices.index(SHIPPED)
    rows = []
    for brand, rule in enumerate(held.rules(every)):
        scores = [f"{value(evidence.parts[0, choice, brand]):.1f}" for choice in (chosen[brand], shipped)]
        rows.append((series[brand].name, " of the ".join(RULES[rule][::-1]), named([chosen[brand]], grid), *scores))
    return table(("Held out", "The rule that the others trust most", "Its choice", "Standard", "What ships"), rows)


def redrawn(evidence: Evidence) -> str:
    """Return how much the nested score varies with the random draws."""
    scores = []
    for seed in SEEDS:
        again = replace(evidence, seed=seed)
        held = hold_out(again)
        scores.append(float(value(again.of(held.nested(range(held.choices.shape[1]))).sum(0))))
    return f"With brands resampled by {len(SEEDS)} other seeds: {min(scores):.1f} to {max(scores):.1f}."


def measure(grid: Grid, copies: int) -> tuple[str, str]:
    """Return the table of what each way to choose among a grid brings, and what lies behind it."""
    series, chance = load(), np.random.default_rng(1)
    copied = [series, *([one.perturbed(chance) for one in series] for _ in range(copies))]
    evidence = Evidence(np.array([judge(each, grid) for each in copied]), grid.shape)
    held = hold_out(evidence)
    rows = in_hindsight(evidence, held, grid) + without_a_brand(evidence, held, grid)
    rows += without_much_choice(series, evidence, grid)
    head = (
        "Chosen on",
        "Standard / low FP / low FN",
        "90 %",
        "fast, main [min], half-life [d], power, floor, peak_ratio",
    )
    behind = [by_rule(evidence, held), by_brand(series, evidence, held, grid)]
    behind += [redrawn(evidence)] if copies else []
    return table(head, [row.cells() for row in rows]), "\n\n".join(behind)


def main() -> int:
    """Print the tables and write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wide", action="store_true", help="choose among 25 times as many settings: a quarter hour")
    wide = parser.parse_args().wide
    if not NAB.is_dir():
        print(f"NAB's series are not here ({NAB}): nothing to measure")
        return 1
    found, behind = measure(WIDE, 0) if wide else measure(GRID, COPIES)
    print(f"{found}\n\n{behind}")
    if wide:
        publish("nab-choice-wide", HEADING, "nab-choice ARGS=--wide", found)
    else:
        publish("nab-choice", HEADING, "nab-choice", f"{found}\n\n{behind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
