"""The slash command `/tocsin`: status, who, why, snooze, help."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.findings import primary
from alerts.oncall.schedule import on_call
from alerts.rendering import text as wording
from alerts.rendering.escaping import mention, mrkdwn, slack_date, slack_user
from config.brands.on_call import on_call_users
from config.error_messages import nearest
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incidents.action_factory import SnoozeOption
    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.signal_text import Language

MAX_SHOWN: Final = 20
MAX_SUGGESTIONS: Final = 3
"""How many names are offered in place of one that is not known."""

_DURATIONS: Final[dict[str, SnoozeOption]] = {"30m": "snooze_30m", "2h": "snooze_2h", "morning": "snooze_morning"}


class SnoozeCommand(NamedTuple):
    """A parsed `/tocsin snooze`."""

    brand: Brand
    duration: SnoozeOption


def parse_snooze(text: str, brands: Mapping[str, Brand]) -> SnoozeCommand | str | None:
    """Return the snooze that was typed, an error (mrkdwn), or None for another command.

    A brand that is only nearly named is not acted upon: the answer offers what may have been meant.
    """
    word, _, rest = text.strip().partition(" ")
    if word.lower() != "snooze":
        return None
    named = exact_brand(rest, brands)
    name, _, span = ("", "", "") if named else rest.strip().rpartition(" ")
    brand, language = named or exact_brand(name, brands), majority_language(brands)
    if brand is not None:
        press = "snooze_30m" if named else _DURATIONS.get(span.lower())
        return (
            SnoozeCommand(brand, press)
            if press
            else translate(brand.language, "slash_snooze_span", span=mrkdwn(span, 30))
        )
    if not rest.strip():
        return _which_brand("snooze", brands, language)
    return unknown_brand(name if span.lower() in _DURATIONS else rest, brands, language)


def answer(text: str, brands: Mapping[str, Brand], incidents: Sequence[Incident], at: int) -> str:
    """Return the answer (mrkdwn) to the text after the command at an instant (ms).

    Args:
        text: a word and perhaps a brand; hostile.
        brands: those watched, by name.
        incidents: those there are, over or not.
        at: now (ms).
    """
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    brand = _find_brand(rest, brands)
    language: Language = brand.language if brand else majority_language(brands)
    match word.lower():
        case "" | "status":
            return _status(incidents, language)
        case "who" | "why" if rest and brand is None:
            return unknown_brand(rest, brands, language)
        case "who":
            return "\n".join(
                on_call_text(one, at, language) for one in ([brand] if brand else list(brands.values())[:MAX_SHOWN])
            )
        case "why":
            return _why(brand, incidents, language) if brand else _which_brand("why", brands, language)
        case word:
            unknown = "" if word == "help" else translate(language, "slash_unknown_word", word=mrkdwn(word, 30)) + "\n"
            return unknown + translate(language, "slash_help")


def _find_brand(text: str, brands: Mapping[str, Brand]) -> Brand | None:
    """Return the brand by name or alias, ignoring case, or the nearest one."""
    close = nearest(text, brands) if text else None
    return exact_brand(text, brands) or (brands[close] if close else None)


def exact_brand(text: str, brands: Mapping[str, Brand]) -> Brand | None:
    """Return the brand with this name or alias, ignoring case."""
    wanted = text.strip().casefold()
    for brand in brands.values():
        if wanted in {name.casefold() for name in (brand.name, *brand.aliases)}:
            return brand
    return None


def unknown_brand(text: str, brands: Mapping[str, Brand], language: Language) -> str:
    """Return that there is no such brand, with the nearest names."""
    spelled = {name.casefold(): name for name in brands}
    close = [spelled[one] for one in get_close_matches(text.strip().casefold(), spelled, n=MAX_SUGGESTIONS)]
    names = ", ".join(mrkdwn(name, 60) for name in close or sorted(brands)[:MAX_SHOWN])
    known = translate(language, "slash_near" if close else "slash_known", names=names) if names else ""
    return translate(language, "slash_unknown_brand", brand=mrkdwn(text.strip(), 60), known=known).strip()


def _which_brand(word: str, brands: Mapping[str, Brand], language: Language) -> str:
    example = mrkdwn(min(brands, default="acme"), 60)
    return translate(language, "slash_which_brand", word=word, brand=example)


def _status(incidents: Sequence[Incident], language: Language) -> str:
    running = sorted((one for one in incidents if one.status != "resolved"), key=lambda one: one.opened_at)
    if not running:
        return translate(language, "slash_calm")
    lines = [
        f"{mrkdwn(wording.headline(one, language), 200)} · {status_text(one, language)}" for one in running[:MAX_SHOWN]
    ]
    hidden = len(running) - MAX_SHOWN
    return "\n".join([*lines, *([translate(language, "home_more", count=hidden)] if hidden > 0 else [])])


def status_text(incident: Incident, language: Language) -> str:
    """Return an incident's status, who acknowledged it, and since when it is open."""
    since = wording.translate(language, "since", moment=slack_date(incident.opened_at, "{date_short_pretty} {time}"))
    if incident.acknowledged_by is None or incident.acknowledged_at is None:
        return f"*{wording.translate(language, 'status_' + incident.status)}* · {since}"
    at = slack_date(incident.acknowledged_at, "{time}")
    by = wording.translate(language, "acknowledged_by", actor=slack_user(incident.acknowledged_by), moment=at)
    return f"{by} · {since}"


def on_call_text(brand: Brand, at: int, language: Language) -> str:
    """Return who is on call for a brand now and next."""
    present = mention(on_call_users(brand, at))
    following = mention(on_call(brand.on_call_schedule, at, 1))
    name = f"*{mrkdwn(brand.name, 60)}*"
    if not present:
        return translate(language, "slash_nobody", brand=name)
    then = translate(language, "slash_then", who=following) if following and following != present else ""
    return translate(language, "slash_called", brand=name, called=present, then=then)


def _why(brand: Brand, incidents: Sequence[Incident], language: Language) -> str:
    of_brand = [one for one in incidents if brand.name in one.all_brands]
    if not of_brand:
        return translate(language, "slash_calm")
    incident = max(of_brand, key=lambda one: one.opened_at)
    lead = primary(incident.findings.values())
    facts = [mrkdwn(wording.current_text(one, language), 200) for one in incident.findings.values()]
    terms = ", ".join(mrkdwn(name, 30) for name, _ in lead.signal.contributors.terms[:5])
    words = wording.translate(language, "terms", items=terms) if terms else ""
    return "\n".join(part for part in (status_text(incident, language), *facts, words) if part)
