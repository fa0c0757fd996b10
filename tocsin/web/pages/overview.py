"""Overview of all brands, the most severe first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import primary
from alerts.incidents.model import rank
from alerts.rendering import text
from alerts.rendering.escaping import clean
from config.brands import on_call as routing
from config.brands.overrides import active
from detectors.model.signal_text import format_number, format_percent
from streams.listening.health import span
from tocsin.web.pages.undelivered import brand_badges
from tocsin.web.sources.data_source import incidents_of
from tocsin.web.sparkline import build_sparkline
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from detectors.model.signal_text import Language
    from streams.listening.health import SourceHealth
    from tocsin.web.sources.data_source import DataSource
    from tocsin.web.sparkline import Sparkline

Names = Mapping[str, str]
"""Names in Slack, by id."""

NOBODY: Final[Names] = {}

STATES: Final = ("critical", "warning", "info", "quiet")


class IncidentRow(NamedTuple):
    """An incident in a line."""

    id: str
    severity: str
    headline: str
    status: str  # in words: whose it is
    acknowledged: bool


class BrandRow(NamedTuple):
    """A brand on the overview, in words."""

    name: str
    title: str
    group: str
    state: str
    label: str
    incidents: list[IncidentRow]
    on_call: str
    badges: list[str]
    sparkline: Sparkline
    expected: str
    volume: str
    negative_share: str


def brand_rows(source: DataSource, language: Language, state: str = "", search: str = "") -> list[BrandRow]:
    """Return the brands that match the filter, the most severe first."""
    rows = [brand_row(source, configured, language) for configured in source.brands().values()]
    wanted = search.strip().casefold()
    kept = [one for one in rows if state in ("", one.state) and wanted in f"{one.name} {one.group}".casefold()]
    return sorted(
        kept, key=lambda one: (STATES.index(one.state), all(own.acknowledged for own in one.incidents), one.name)
    )


def brand_row(source: DataSource, configured: BrandWithOverrides, language: Language) -> BrandRow:
    """Return one brand."""
    brand = configured.brand
    running = [one for one in incidents_of(source.incidents(), brand.name) if one.status != "resolved"]
    state = max((one.severity for one in running), key=rank, default=None) or "quiet"
    pulse, usual = source.rate_series(brand.name), source.expected_rate(brand.name)
    share = pulse.negative_share()
    return BrandRow(
        name=brand.name,
        title=clean(brand.name),
        group=clean(brand.group or ""),
        state=state,
        label=translate(language, state),
        incidents=[incident_row(one, brand, language, source.names()) for one in running],
        on_call=on_call_names(brand, source.now(), source.names()) or translate(language, "nobody"),
        badges=badges(source, configured, language),
        sparkline=build_sparkline(pulse, usual),
        expected=translate(
            language, "no_usual" if usual is None else "usual", count=format_number(usual or 0, language)
        ),
        volume=translate(language, "mentions_hours", count=format_number(sum(pulse.mentions), language)),
        negative_share=""
        if share is None
        else translate(language, "negative_hour", share=format_percent(share, language)),
    )


def incident_row(incident: Incident, brand: Brand, language: Language, names: Names = NOBODY) -> IncidentRow:
    """Return an incident in one line, without brand and severity."""
    first = primary(incident.findings.values())
    said = text.peak_text if incident.status == "resolved" else text.current_text
    return IncidentRow(
        incident.id,
        incident.severity,
        text.with_brand(incident, first, said(first, language), language),
        status_text(incident, brand, language, names),
        incident.status == "acknowledged",
    )


def status_text(incident: Incident, brand: Brand, language: Language, names: Names = NOBODY) -> str:
    """Return an incident's status, who acknowledged it, and whether it is snoozed."""
    who = incident.acknowledged_by
    key = "acknowledged_by" if incident.status == "acknowledged" and who else "unacknowledged"
    said = (
        translate(language, "resolved")
        if incident.status == "resolved"
        else translate(language, key, who=display_name(who or "", brand, names))
    )
    if incident.status != "resolved" and incident.snoozed_until is not None:
        said += f" · {translate(language, 'snoozed', at=format_time(incident.snoozed_until, brand.timezone))}"
    return said


def coverage(source: DataSource, language: Language) -> list[str]:
    """Return in a line how many sources are heard, then one for each that is not; nothing without sources."""
    known = source.sources()
    wrong = [one for one in known if one.state not in {"active", "starting"}]
    if not known:
        return []
    heard = translate(language, "sources_heard", heard=len(known) - len(wrong), count=len(known))
    return [heard, *(f"{clean(one.source)}: {_trouble(one, source.now(), language)}" for one in wrong)]


def _trouble(one: SourceHealth, now: int, language: Language) -> str:
    if one.state == "silent":
        quiet = span((now - one.last_news) / 1000)
        return translate(language, "source_silent", quiet=quiet, usual=span(one.usual_gap))
    return translate(language, f"source_{one.state}", reason=clean(one.reason))


def badges(source: DataSource, configured: BrandWithOverrides, language: Language) -> list[str]:
    """Return the badges of a brand: active silences, undelivered alerts, overrides."""
    zone = configured.brand.timezone
    found = [
        translate(language, "silenced", at=format_time(one.ends_at, zone))
        for one in source.silences(configured.brand.name)
    ]
    found += brand_badges(source, configured.brand.name, language)
    return found + ([translate(language, "overridden")] if active(configured.overrides, source.now()) else [])


def on_call_names(brand: Brand, at: int, names: Names = NOBODY) -> str:
    """Return who is on call, by name."""
    return ", ".join(display_name(one, brand, names) for one in dict.fromkeys(routing.on_call_users(brand, at)))


def display_name(who: str, brand: Brand, names: Names = NOBODY) -> str:
    """Return a user's or group's name: the one in the brand's schedule, else in Slack, else the id."""
    planned = {identity: name for name, identity in brand.on_call_schedule.names.items()}
    return clean(planned.get(who) or names.get(who, who))
