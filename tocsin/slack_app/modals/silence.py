"""What shall be silenced, for how long, and why? The modal behind "Silence…", and the silences that run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.incidents.model import Action
from alerts.incidents.silences import Silence
from alerts.rendering import text
from alerts.rendering.escaping import clean, moment, mrkdwn, person, width
from tocsin.slack_app import views
from tocsin.slack_app.modals.context import About, about
from tocsin.slack_app.text import detector_label, detectors, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.text import Language
    from streams.views.brands import Directory
    from tocsin.slack_app.action_gateway import Acting
    from tocsin.slack_app.payloads import View

CALLBACK: Final = "tocsin_silence"
LIFT: Final = "tocsin_lift"

DETECTOR: Final = "detector"
TERM: Final = "term"
CHANNEL: Final = "channel"
SPAN: Final = "span"
REASON: Final = "reason"

WORD: Final = 100
"""Characters of a word or a channel, as in the configuration."""

_ANY: Final = "*"
_IN: Final = "in "
"""Before a channel's name, so that no name is taken for `_ANY`."""

_SHOWN: Final = 20
_SPANS: Final = {f"{hours}h": timedelta(hours=hours) for hours in (1, 4, 12, 24, 72, 168)}


class Silencing:
    """The modal: what it shows, what is wrong with what was filled in, and what comes of it."""

    def __init__(self, acting: Acting, directory: Directory) -> None:
        self._acting = acting
        self._directory = directory

    def form(self, incident: Incident, brand: Brand, running: Sequence[Silence]) -> dict[str, Any]:
        """Return the modal; what runs already stands below."""
        language = brand.language
        findings = incident.findings.values()
        heard = dict.fromkeys(name for one in findings for name, _ in one.signal.drivers.channels)
        channels = [name for name in heard if name == clean(name) and 0 < width(name) <= WORD][:_SHOWN]
        terms = dict.fromkeys(clean(name) for one in findings for name, _ in one.signal.drivers.terms)
        every = [(_ANY, say(language, "any_detector"))]
        fired = (one.signal.detector for one in findings)
        kinds = [(name, detector_label(name, language)) for name in (*fired, *detectors(brand))]
        places = [(_ANY, say(language, "any_channel")), *((_IN + name, name) for name in channels)]
        spans = [(name, text.span(span // timedelta(milliseconds=1), language)) for name, span in _SPANS.items()]
        hint = say(language, "term_hint", terms=", ".join([*terms][:5]) or "–")
        blocks = [
            views.section(say(language, "silence_intro", brand=_named(incident.all_brands))),
            views.select(DETECTOR, say(language, "what"), dict(every + kinds).items()),
            views.field(TERM, say(language, "only_term"), WORD, hint=hint, optional=True),
            views.select(CHANNEL, say(language, "only_channel"), places),
            views.select(SPAN, say(language, "how_long"), spans, "4h"),
            views.field(REASON, say(language, "why"), 200, optional=True),
            *rows(brand, running),
        ]
        metadata = msgspec.json.encode(About(incident.brand, incident.id, brands=incident.all_brands)).decode()
        return views.modal(language, CALLBACK, say(language, "silence_title"), blocks, metadata)

    def errors(self, view: View) -> dict[str, str]:
        """Return what is wrong with what was filled in, by block: nothing is taken on trust."""
        asked = about(view)
        if asked is None:
            return {SPAN: say("en", "gone")}
        brand = self._directory.brand(asked.brand)
        wrong = {
            DETECTOR: view.given(DETECTOR) not in (_ANY, *detectors(brand)) and "not_offered",
            TERM: len(view.given(TERM)) > WORD and "too_long",
            CHANNEL: not _offered(view.given(CHANNEL)) and "not_offered",
            SPAN: view.given(SPAN) not in _SPANS and "not_offered",
            REASON: len(view.given(REASON)) > 2 * WORD and "too_long",
        }
        return {block: say(brand.language, key) for block, key in wrong.items() if key}

    async def save(self, view: View, user: str) -> str:
        """Ask for the silence; return what the person is to know. One modal is one silence, however often it comes.

        An umbrella is silenced brand by brand.
        """
        asked = about(view)
        if asked is None or self.errors(view):
            return say("en", "gone")
        now, names = self._acting.now(), asked.brands or (asked.brand,)
        for name in names:
            if refusal := await self._acting.refusal(user, self._directory.brand(name)):
                return refusal
        silence, language = _read(view, user, now), self._directory.brand(asked.brand).language
        for name in names:
            action = Action(f"slack:{view.id}", name, "silence", user, now, asked.incident or None, silence=silence)
            if failed := await self._acting.pass_on(action, self._directory.brand(name)):
                return failed
        return say(language, "silenced", what=described(silence, language))


def _named(brands: Sequence[str]) -> str:
    return mrkdwn(", ".join(brands), 300)


def _offered(channel: str) -> bool:
    return channel == _ANY or (channel.startswith(_IN) and len(channel) <= len(_IN) + WORD)


def _read(view: View, user: str, now: int) -> Silence:
    detector = None if view.given(DETECTOR) == _ANY else view.given(DETECTOR)
    channel = view.given(CHANNEL).removeprefix(_IN) if view.given(CHANNEL) != _ANY else None
    until = now + _SPANS[view.given(SPAN)] // timedelta(milliseconds=1)
    return Silence(now, until, user, detector, clean(view.given(TERM)) or None, channel, clean(view.given(REASON)))


def described(silence: Silence, language: Language) -> str:
    """Return what a silence is about, until when, who asked and why, as mrkdwn."""
    parts = [detector_label(silence.detector, language) if silence.detector else say(language, "any_detector")]
    if silence.term:
        parts.append(say(language, "with_term", term=mrkdwn(silence.term, 60)))
    if silence.channel:
        parts.append(say(language, "in_channel", channel=mrkdwn(silence.channel, 60)))
    who = person(silence.by) if silence.by else say(language, "by_config")
    said = say(language, "until", moment=moment(silence.until, "{date_short_pretty} {time}"), who=who)
    what = f"{', '.join(parts)}, {said}"
    return say(language, "because", what=what, reason=mrkdwn(silence.reason, 200)) if silence.reason else what


def rows(brand: Brand, running: Iterable[Silence]) -> list[dict[str, Any]]:
    """Return the silences that run, under a heading, each with a button that lifts it."""
    language, shown = brand.language, [*running][:_SHOWN]
    heading = [views.section(f"*{say(language, 'running_silences')}*")] if shown else []
    return heading + [row(brand, one) for one in shown]


def row(brand: Brand, silence: Silence, before: str = "") -> dict[str, Any]:
    """Return a silence with a button that lifts it, after what is to stand before (mrkdwn)."""
    said = before + described(silence, brand.language)
    if not silence.id:
        return views.section(said)
    value = msgspec.json.encode((brand.name, silence.id)).decode()
    return views.section(said, views.button(LIFT, say(brand.language, "lift"), value))


def lifted(value: str) -> tuple[str, str]:
    """Return the brand and what a button lifts of it; ("", "") for what none of ours carries."""
    try:
        return msgspec.json.decode(value, type=tuple[str, str])
    except msgspec.DecodeError:
        return "", ""


def lift(brand: Brand, silence: Silence, user: str, at: int) -> Action:
    """Return the act that ends a silence: the same however often the button is tapped."""
    return Action(f"slack:lift:{silence.id}", brand.name, "unsilence", user, at, silence=silence)
