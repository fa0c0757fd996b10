"""What does `/tocsin` answer? Status, who is on call, why a brand is in trouble, and how to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts import wording
from alerts.escape import mention, moment, mrkdwn, person
from alerts.findings import leading
from alerts.rota import on_call
from alerts.wording import say, tongue
from config.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incident import Incident
    from config.brand import Brand
    from detectors.wording import Language

SHOWN: Final = 20


def answer(text: str, brands: Mapping[str, Brand], incidents: Sequence[Incident], at: int) -> str:
    """Return the answer, as mrkdwn, to what was typed after the command at an instant (ms).

    Args:
        text: a word and perhaps a brand; hostile.
        brands: those watched, by name.
        incidents: the latest of each brand.
        at: now (ms).
    """
    word, _, rest = text.strip().partition(" ")
    brand = _named(rest, brands)
    language = tongue(brand.language if brand else _common(brands))
    match word.lower():
        case "" | "status":
            return _status(incidents, language)
        case "who" | "why" if rest and brand is None:
            return say(language, "slash_unknown_brand", brand=mrkdwn(rest, 60))
        case "who":
            return "\n".join(_who(one, at, language) for one in ([brand] if brand else list(brands.values())[:SHOWN]))
        case "why" if brand is not None:
            return _why([one for one in incidents if one.brand == brand.name], language)
        case _:
            return say(language, "slash_help")


def _named(text: str, brands: Mapping[str, Brand]) -> Brand | None:
    """Return the brand that was meant: by name or alias, whatever its case, or nearly so."""
    wanted = text.strip().casefold()
    for brand in brands.values():
        if wanted in {name.casefold() for name in (brand.name, *brand.aliases)}:
            return brand
    close = nearest(wanted, brands) if wanted else None
    return brands[close] if close else None


def _common(brands: Mapping[str, Brand]) -> str:
    spoken = [brand.language for brand in brands.values()]
    return max(set(spoken), key=spoken.count) if spoken else "en"


def _status(incidents: Sequence[Incident], language: Language) -> str:
    running = sorted((one for one in incidents if one.status != "resolved"), key=lambda one: one.opened_at)
    if not running:
        return say(language, "slash_calm")
    lines = [f"{mrkdwn(wording.line(one, language), 200)} · {_state(one, language)}" for one in running[:SHOWN]]
    hidden = len(running) - SHOWN
    return "\n".join([*lines, *([say(language, "more", count=hidden)] if hidden > 0 else [])])


def _state(incident: Incident, language: Language) -> str:
    since = say(language, "since", moment=moment(incident.opened_at, "{date_short_pretty} {time}"))
    if incident.acknowledged_by is None or incident.acknowledged_at is None:
        return f"*{say(language, 'status_' + incident.status)}*, {since}"
    at = moment(incident.acknowledged_at, "{time}")
    return f"{say(language, 'acknowledged_by', who=person(incident.acknowledged_by), moment=at)}, {since}"


def _who(brand: Brand, at: int, language: Language) -> str:
    called = mention((*brand.on_call, *on_call(brand.rota, at)))
    following = mention(on_call(brand.rota, at, 1))
    name = f"*{mrkdwn(brand.name, 60)}*"
    if not called:
        return say(language, "slash_nobody", brand=name)
    then = say(language, "slash_then", who=following) if following and following != called else ""
    return f"{name}: {called}{then}"


def _why(incidents: Sequence[Incident], language: Language) -> str:
    if not incidents:
        return say(language, "slash_calm")
    incident = max(incidents, key=lambda one: one.opened_at)
    lead = leading(incident.findings.values())
    facts = [mrkdwn(wording.present(one, language), 200) for one in incident.findings.values()]
    terms = ", ".join(mrkdwn(name, 30) for name, _ in lead.signal.drivers.terms[:5])
    words = say(language, "terms", items=terms) if terms else ""
    return "\n".join(part for part in (_state(incident, language), *facts, words) if part)
