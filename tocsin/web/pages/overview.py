"""How are all brands, at a glance? Those that need somebody first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import leading
from alerts.incidents.model import rank
from alerts.rendering import text
from alerts.rendering.escaping import clean
from config.brands import on_call as routing
from config.brands.overrides import in_force
from detectors.model.text import number, percent
from tocsin.web.sources.base import about
from tocsin.web.sparkline import spark
from tocsin.web.text import clock, say

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from config.brands.overrides import Governed
    from detectors.model.text import Language
    from tocsin.web.sources.base import World
    from tocsin.web.sparkline import Spark

STATES: Final = ("critical", "warning", "watch", "quiet")


class Open(NamedTuple):
    """An incident in a line."""

    id: str
    severity: str
    line: str
    state: str  # in words: whose it is
    taken: bool


class Row(NamedTuple):
    """A brand on the board, in words."""

    name: str
    shown: str
    group: str
    state: str
    label: str
    incidents: list[Open]
    on_call: str
    badges: list[str]
    spark: Spark
    usual: str
    volume: str
    share: str


def board(world: World, language: Language, state: str = "", search: str = "") -> list[Row]:
    """Return the brands that were asked for, the gravest first."""
    rows = [row(world, governed, language) for governed in world.brands().values()]
    wanted = search.strip().casefold()
    kept = [one for one in rows if state in ("", one.state) and wanted in f"{one.name} {one.group}".casefold()]
    return sorted(kept, key=lambda one: (STATES.index(one.state), all(own.taken for own in one.incidents), one.name))


def row(world: World, governed: Governed, language: Language) -> Row:
    """Return one brand."""
    brand = governed.brand
    running = [one for one in about(world.incidents(), brand.name) if one.status != "resolved"]
    state = max((one.severity for one in running), key=rank, default=None) or "quiet"
    pulse, usual = world.pulse(brand.name), world.usual(brand.name)
    share = pulse.share()
    return Row(
        name=brand.name,
        shown=clean(brand.name),
        group=clean(brand.group or ""),
        state=state,
        label=say(language, state),
        incidents=[opened(one, brand, language) for one in running],
        on_call=called(brand, world.now()) or say(language, "nobody"),
        badges=badges(world, governed, language),
        spark=spark(pulse, usual),
        usual=say(language, "no_usual" if usual is None else "usual", count=number(usual or 0, language)),
        volume=say(language, "mentions_hours", count=number(sum(pulse.mentions), language)),
        share="" if share is None else say(language, "negative_hour", share=percent(share, language)),
    )


def opened(incident: Incident, brand: Brand, language: Language) -> Open:
    """Return an incident in a line; the brand and how bad it is stand above it."""
    first = leading(incident.findings.values())
    said = text.peak if incident.status == "resolved" else text.present
    return Open(
        incident.id,
        incident.severity,
        text.of_brand(incident, first, said(first, language), language),
        standing(incident, brand, language),
        incident.status == "acknowledged",
    )


def standing(incident: Incident, brand: Brand, language: Language) -> str:
    """Return whose an incident is, and whether it is left alone for now."""
    who = incident.acknowledged_by
    key = "in_hand_of" if incident.status == "acknowledged" and who else "nobody_yet"
    said = (
        say(language, "resolved") if incident.status == "resolved" else say(language, key, who=named(who or "", brand))
    )
    if incident.status != "resolved" and incident.snoozed_until is not None:
        said += f" · {say(language, 'snoozed', at=clock(incident.snoozed_until, brand.timezone))}"
    return said


def badges(world: World, governed: Governed, language: Language) -> list[str]:
    """Return what else is special about a brand."""
    zone = governed.brand.timezone
    found = [say(language, "silenced", at=clock(one.until, zone)) for one in world.silences(governed.brand.name)]
    return found + ([say(language, "overridden")] if in_force(governed.overrides, world.now()) else [])


def called(brand: Brand, at: int) -> str:
    """Return who is on call, by the names that the brand's rota has for them."""
    return ", ".join(named(one, brand) for one in dict.fromkeys(routing.called(brand, at)))


def named(who: str, brand: Brand) -> str:
    """Return what somebody is called: Slack ids by the rota's names, where it has any."""
    names = {identity: name for name, identity in brand.rota.names.items()}
    return clean(names.get(who, who))
