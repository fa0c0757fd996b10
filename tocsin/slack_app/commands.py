"""What was asked by `/tocsin`, and what is the answer? Status, who is on call, why, snooze, and how to ask."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import leading
from alerts.oncall.schedule import on_call
from alerts.rendering import text as wording
from alerts.rendering.escaping import mention, moment, mrkdwn, person
from config.brands.on_call import called
from config.error_messages import nearest
from tocsin.slack_app.text import common, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incidents.action_factory import Spell
    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.text import Language

SHOWN: Final = 20
NEAR: Final = 3
"""How many names are offered in place of one that is not known."""

_SPANS: Final[dict[str, Spell]] = {"30m": "snooze_30m", "2h": "snooze_2h", "morning": "snooze_morning"}


class Snooze(NamedTuple):
    """What `/tocsin snooze` asks for."""

    brand: Brand
    spell: Spell


def snooze(text: str, brands: Mapping[str, Brand]) -> Snooze | str | None:
    """Return the snooze that was typed, what is wrong with it (mrkdwn), or None for another command.

    A brand that is only nearly named is not acted upon: the answer offers what may have been meant.
    """
    word, _, rest = text.strip().partition(" ")
    if word.lower() != "snooze":
        return None
    named = _exactly(rest, brands)
    name, _, span = ("", "", "") if named else rest.strip().rpartition(" ")
    brand, language = named or _exactly(name, brands), common(brands)
    if brand is not None:
        press = "snooze_30m" if named else _SPANS.get(span.lower())
        return Snooze(brand, press) if press else say(brand.language, "slash_snooze_span", span=mrkdwn(span, 30))
    if not rest.strip():
        return _which("snooze", brands, language)
    return _unknown(name if span.lower() in _SPANS else rest, brands, language)


def answer(text: str, brands: Mapping[str, Brand], incidents: Sequence[Incident], at: int) -> str:
    """Return the answer, as mrkdwn, to what was typed after the command at an instant (ms).

    Args:
        text: a word and perhaps a brand; hostile.
        brands: those watched, by name.
        incidents: those there are, over or not.
        at: now (ms).
    """
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    brand = _named(rest, brands)
    language: Language = brand.language if brand else common(brands)
    match word.lower():
        case "" | "status":
            return _status(incidents, language)
        case "who" | "why" if rest and brand is None:
            return _unknown(rest, brands, language)
        case "who":
            return "\n".join(who(one, at, language) for one in ([brand] if brand else list(brands.values())[:SHOWN]))
        case "why":
            return _why(brand, incidents, language) if brand else _which("why", brands, language)
        case word:
            unknown = "" if word == "help" else say(language, "slash_unknown_word", word=mrkdwn(word, 30)) + "\n"
            return unknown + say(language, "slash_help")


def _named(text: str, brands: Mapping[str, Brand]) -> Brand | None:
    """Return the brand that was meant: by name or alias, whatever its case, or nearly so."""
    close = nearest(text, brands) if text else None
    return _exactly(text, brands) or (brands[close] if close else None)


def _exactly(text: str, brands: Mapping[str, Brand]) -> Brand | None:
    wanted = text.strip().casefold()
    for brand in brands.values():
        if wanted in {name.casefold() for name in (brand.name, *brand.aliases)}:
            return brand
    return None


def _unknown(text: str, brands: Mapping[str, Brand], language: Language) -> str:
    spelled = {name.casefold(): name for name in brands}
    close = [spelled[one] for one in get_close_matches(text.strip().casefold(), spelled, n=NEAR)]
    names = ", ".join(mrkdwn(name, 60) for name in close or sorted(brands)[:SHOWN])
    known = say(language, "slash_near" if close else "slash_known", names=names) if names else ""
    return say(language, "slash_unknown_brand", brand=mrkdwn(text.strip(), 60), known=known).strip()


def _which(word: str, brands: Mapping[str, Brand], language: Language) -> str:
    example = mrkdwn(min(brands, default="acme"), 60)
    return say(language, "slash_which_brand", word=word, brand=example)


def _status(incidents: Sequence[Incident], language: Language) -> str:
    running = sorted((one for one in incidents if one.status != "resolved"), key=lambda one: one.opened_at)
    if not running:
        return say(language, "slash_calm")
    lines = [f"{mrkdwn(wording.line(one, language), 200)} · {state(one, language)}" for one in running[:SHOWN]]
    hidden = len(running) - SHOWN
    return "\n".join([*lines, *([wording.say(language, "more", count=hidden)] if hidden > 0 else [])])


def state(incident: Incident, language: Language) -> str:
    """Return how an incident stands: in whose hands, and since when."""
    since = wording.say(language, "since", moment=moment(incident.opened_at, "{date_short_pretty} {time}"))
    if incident.acknowledged_by is None or incident.acknowledged_at is None:
        return f"*{wording.say(language, 'status_' + incident.status)}*, {since}"
    at = moment(incident.acknowledged_at, "{time}")
    by = wording.say(language, "acknowledged_by", who=person(incident.acknowledged_by), moment=at)
    return f"{by}, {since}"


def who(brand: Brand, at: int, language: Language) -> str:
    """Return who is on call for a brand, and who is next."""
    present = mention(called(brand, at))
    following = mention(on_call(brand.rota, at, 1))
    name = f"*{mrkdwn(brand.name, 60)}*"
    if not present:
        return say(language, "slash_nobody", brand=name)
    then = say(language, "slash_then", who=following) if following and following != present else ""
    return say(language, "slash_called", brand=name, called=present, then=then)


def _why(brand: Brand, incidents: Sequence[Incident], language: Language) -> str:
    of_brand = [one for one in incidents if brand.name in one.all_brands]
    if not of_brand:
        return say(language, "slash_calm")
    incident = max(of_brand, key=lambda one: one.opened_at)
    lead = leading(incident.findings.values())
    facts = [mrkdwn(wording.present(one, language), 200) for one in incident.findings.values()]
    terms = ", ".join(mrkdwn(name, 30) for name, _ in lead.signal.drivers.terms[:5])
    words = wording.say(language, "terms", items=terms) if terms else ""
    return "\n".join(part for part in (state(incident, language), *facts, words) if part)
