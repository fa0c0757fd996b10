"""The words of `/tocsin` that act on an incident: what was typed, and the action that it stands for. Pure."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from alerts.incidents.model import Action
from alerts.incidents.silences import Silence
from alerts.rendering.escaping import clip
from detectors.model.duration import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.incidents.model import ActionKind, Incident
    from config.brands.model import Brand

Word = Literal["ack", "unack", "resolve", "reply", "note", "page", "assign", "incident", "silence"]

_KINDS: Final[dict[Word, ActionKind]] = {
    "ack": "ack",
    "unack": "unack",
    "resolve": "resolve",
    "reply": "official_reply",
    "note": "note",
    "page": "page",
    "assign": "assign",
    "incident": "open",
    "silence": "silence",
}

TEXT_CHARS: Final = 500
DEFAULT_SILENCE: Final = timedelta(hours=2)
MAX_SILENCE: Final = timedelta(days=7)

_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|\b([UW][A-Z0-9]{5,})\b")
_NEEDS_TEXT: Final = frozenset({"note", "incident"})
_ON_NEW: Final = frozenset({"incident", "silence"})
"""Words that need no open incident."""


class Request(NamedTuple):
    """What was typed: a word, the brand that it is about, and the rest."""

    word: Word
    brand: str  # "" where none is named
    text: str


class Refusal(NamedTuple):
    """Why nothing is done: the key of a text, and what was not understood."""

    key: str
    what: str = ""


def parse(text: str, brands: Mapping[str, Brand]) -> Request | None:
    """Return what was typed; None for another command.

    The longest name or alias of a brand that the rest begins with is the brand.
    """
    word, _, rest = html.unescape(text).strip().partition(" ")
    known = next((one for one in _KINDS if one == word.lower()), None)
    if known is None:
        return None
    rest = rest.strip()
    names = [(name, brand.name) for brand in brands.values() for name in (brand.name, *brand.aliases)]
    matching = [pair for pair in names if _begins(rest, pair[0])]
    found = max(matching, key=lambda pair: len(pair[0]), default=("", ""))
    return Request(known, found[1], clip(rest[len(found[0]) :].strip(), TEXT_CHARS))


def target(request: Request, incidents: Iterable[Incident], brands: Mapping[str, Brand]) -> Brand | Refusal:
    """Return the brand that a request is about: the one named, else that of the only open incident, or the only one."""
    if request.brand:
        return brands[request.brand]
    running = {one.brand for one in incidents if one.status != "resolved" and one.brand in brands}
    candidates = running if request.word not in _ON_NEW else set(brands)
    if len(candidates) == 1:
        return brands[candidates.pop()]
    return Refusal("slash_which_brand" if candidates or request.word in _ON_NEW else "slash_none_open")


def build(
    request: Request, brand: Brand, incident: Incident | None, user: str, at: int, action_id: str
) -> Action | Refusal:
    """Return the action of a request; a refusal where something is missing."""
    if incident is None and request.word not in _ON_NEW:
        return Refusal("slash_none_open")
    if request.word in _NEEDS_TEXT and not request.text:
        return Refusal("slash_no_text")
    if request.word == "silence":
        return _silence(request, brand, user, at, action_id)
    text = _assignee(request.text, user) if request.word == "assign" else request.text
    if request.word == "assign" and not text:
        return Refusal("slash_no_person", request.text)
    about = None if incident is None or request.word == "incident" else incident.id
    return Action(action_id, brand.name, _KINDS[request.word], user, at, about, text=text)


def _assignee(text: str, user: str) -> str:
    """Return the Slack id of whom a text names; "" for nobody."""
    found = _MENTION.search(text)
    return user if text.lower() == "me" else (found[1] or found[2]) if found else ""


def _silence(request: Request, brand: Brand, user: str, at: int, action_id: str) -> Action | Refusal:
    """Return the silence of a brand: for a duration, two hours where none is named, with the rest as the reason."""
    word, _, reason = request.text.partition(" ")
    lasting = parse_duration(word) if word[:1].isdigit() else DEFAULT_SILENCE
    if not isinstance(lasting, timedelta) or not timedelta(minutes=1) <= lasting <= MAX_SILENCE:
        return Refusal("slash_silence_span", word)
    reason = reason if word[:1].isdigit() else request.text
    ends_at = at + lasting // timedelta(milliseconds=1)
    silence = Silence(at, ends_at, user, reason=clip(reason, 200), id=action_id)
    return Action(action_id, brand.name, "silence", user, at, silence=silence)


def _begins(text: str, name: str) -> bool:
    """Return whether a text begins with a name, as whole words."""
    start = text[: len(name)].casefold()
    return start == name.casefold() and (len(text) == len(name) or not text[len(name)].isalnum())
