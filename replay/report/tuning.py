"""Tuning report: one HTML file with the trade-off, the proposal, its effect and its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detectors.model.signal_text import format_percent
from replay.report.layout import clock, page
from replay.report.tradeoff_chart import HINDSIGHT, PROPOSAL, TODAY, tradeoff_chart
from replay.report.tuning_locale import WORDS, change, conclusion, figure, interval, minutes
from replay.tuning.optimisation import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Language
    from replay.report.layout import Chart
    from replay.tuning.optimisation import Point, TuningResult

FEW: Final = 5
"""Labels up to which a proposal is a hint."""


class TuningSection(NamedTuple):
    """A tuning result and the configuration diff that it proposes, "" for none."""

    study: TuningResult
    diff: str


class Section(NamedTuple):
    """Section of the page on one tuning result."""

    name: str
    summary: str
    figures: list[tuple[str, list[tuple[str, str, str]]]]
    chart: Chart | None
    caution: str  # about reading the chart
    rows: list[dict[str, Any]]
    effects: list[dict[str, str]]
    doubts: list[str]
    diff: list[tuple[str, str]]
    state: str
    named: bool  # a setting is named beside today's


def render(tuned: Sequence[TuningSection], language: Language) -> str:
    """Return the page, a section for each study."""
    words = WORDS[language]
    sections = [_section(one, language) for one in tuned]
    title = words["titles"].format(count=len(sections))
    if len(sections) == 1:
        title = words["title"].format(scope=sections[0].name)
    colours = {"today": TODAY, "proposal": PROPOSAL, "leading": HINDSIGHT}
    return page("tuning.html.j2", language, words=words, title=title, sections=sections, colours=colours)


def _section(one: TuningSection, language: Language) -> Section:
    study = one.study
    return Section(
        name=study.scope or ", ".join(study.brands),
        summary=conclusion(study, language),
        figures=_figures(study, language),
        chart=tradeoff_chart(study, language),
        caution=_chart_caution(study, language),
        rows=[_row(study, number, point, language) for number, point in _ordered(study)],
        effects=_effects(study, language),
        doubts=list(_uncertainties(study, language)),
        diff=[(_kind(line), line) for line in one.diff.splitlines()],
        state=study.state,
        named=study.named > 0,
    )


def _chart_caution(study: TuningResult, language: Language) -> str:
    """Return that today's delay is of fewer crises than that of others, where it is."""
    today, most = study.today, max(point.found for point in study.points)
    if not 0 < today.found < most:
        return ""
    return WORDS[language]["fewer_today"].format(found=today.found, of=today.of, most=most)


def _figures(study: TuningResult, language: Language) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return what is to be seen at a glance: today's setting, and the leading one where it is another."""
    words = WORDS[language]
    found = [(words["today"], _headline_figures(study.today, language))]
    if study.named:
        name = words["proposal" if study.proposed else "hindsight"]
        found.append((name, _headline_figures(study.points[study.leading], language)))
    return found


def _headline_figures(point: Point, language: Language) -> list[tuple[str, str, str]]:
    words = WORDS[language]
    return [
        (words["found"], f"{point.found} / {point.of}", interval(point.recall, language, share=True)),
        (words["delay"], minutes(point.mean_delay, language) if point.found else "–", ""),
        (words["noise"], figure(point.per_week, language), interval(point.between, language)),
    ]


def _ordered(study: TuningResult) -> list[tuple[int, Point]]:
    """Return today's setting, the leading one, then the others: most crises first, then quietest, then soonest."""
    rest = [pair for pair in enumerate(study.points) if pair[0] not in (0, study.named)]
    rest.sort(key=lambda pair: (-pair[1].found, pair[1].per_week, pair[1].mean_delay or 0.0))
    return [(place, study.points[place]) for place in dict.fromkeys([0, study.named])] + rest


def _row(study: TuningResult, number: int, point: Point, language: Language) -> dict[str, Any]:
    words = WORDS[language]
    mark = "today" if number == 0 else "proposal" if number == study.proposal else ""
    return {
        "setting": change(point.settings, language),
        "mark": words[mark] if mark else "",
        "best": point.best,
        "found": f"{point.found} / {point.of}",
        "delay": minutes(point.mean_delay, language) if point.found else "–",
        "noise": figure(point.per_week, language),
        "between": interval(point.between, language),
    }


def _effects(study: TuningResult, language: Language) -> list[dict[str, str]]:
    words = WORDS[language]
    blind = {one.label: one for one in study.held_out}
    rows = []
    for one in study.effects:
        held = blind.get(one.label)
        rows.append(
            {
                "name": f"{one.label.brand}, {clock(one.label.onset)}",
                "note": one.label.note,
                "before": minutes(one.before, language),
                "after": minutes(one.after, language) if study.named else "–",
                "held": "–" if held is None else _both(held.before.delays[0], held.after.delays[0], language),
                "noise": "–"
                if held is None
                else words["from_to"].format(before=held.before.false_alarms, after=held.after.false_alarms),
            }
        )
    return rows


def _both(before: float | None, after: float | None, language: Language) -> str:
    return WORDS[language]["from_to"].format(before=minutes(before, language), after=minutes(after, language))


def _uncertainties(study: TuningResult, language: Language) -> list[str]:
    """Return what chance leaves open, each in a sentence."""
    words, today = WORDS[language], study.today
    found = []
    if today.of:
        low, high = (format_percent(share, language) for share in today.recall)
        found.append(words["doubt_recall"].format(found=today.found, of=today.of, low=low, high=high))
    top = "∞" if today.between[1] is None else figure(today.between[1], language)
    low, weeks = figure(today.between[0], language), figure(study.weeks, language)
    found.append(words["doubt_noise"].format(count=today.false_alarms, weeks=weeks, low=low, high=top))
    reach = spread(study.held_out)
    if reach:
        found.append(words["doubt_gain"].format(low=figure(reach[0], language), high=figure(reach[1], language)))
    if study.named and _overlap(today, study.points[study.leading]):
        found.append(words["doubt_overlap"])
    if study.state == "proposed" and len(study.labels) <= FEW:
        found.append(words["doubt_small"])
    return found


def _overlap(one: Point, other: Point) -> bool:
    if one.per_week == other.per_week:
        return False
    quieter, louder = sorted((one, other), key=lambda point: point.per_week)
    return quieter.between[1] is None or quieter.between[1] >= louder.between[0]


def _kind(line: str) -> str:
    """Return how a line of a diff is shown."""
    if line.startswith(("---", "+++", "@@")):
        return "head"
    return {"+": "add", "-": "del"}.get(line[:1], "")
