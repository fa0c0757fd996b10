"""Silence modal behind "Silence…", and the list of active silences."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.incidents.model import Action
from alerts.incidents.silences import Silence
from alerts.rendering import text
from alerts.rendering.escaping import clean, mrkdwn, slack_date, slack_user, width
from tocsin.slack_app import views
from tocsin.slack_app.modals.context import ModalContext, read_context
from tocsin.slack_app.text import detector_label, detector_names, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from streams.views.brands import BrandRegistry
    from tocsin.slack_app.action_gateway import ActionGateway
    from tocsin.slack_app.payloads import View

CALLBACK: Final = "tocsin_silence"
REMOVE: Final = "tocsin_lift"

DETECTOR: Final = "detector"
TERM: Final = "term"
CHANNEL: Final = "channel"
DURATION: Final = "span"
REASON: Final = "reason"

MAX_TERM_CHARS: Final = 100
"""Characters of a word or a channel, as in the configuration."""

_ANY: Final = "*"
_CHANNEL_PREFIX: Final = "in "
"""Before a channel's name, so that no name is taken for `_ANY`."""

_MAX_SHOWN: Final = 20
_DURATIONS: Final = {f"{hours}h": timedelta(hours=hours) for hours in (1, 4, 12, 24, 72, 168)}


class SilenceModal:
    """The modal: its content, its validation, and saving it."""

    def __init__(self, gateway: ActionGateway, registry: BrandRegistry) -> None:
        self._gateway = gateway
        self._registry = registry

    def build(self, incident: Incident, brand: Brand, running: Sequence[Silence]) -> dict[str, Any]:
        """Return the modal, with the active silences below."""
        language = brand.language
        findings = incident.findings.values()
        heard = dict.fromkeys(name for one in findings for name, _ in one.signal.contributors.channels)
        channels = [name for name in heard if name == clean(name) and 0 < width(name) <= MAX_TERM_CHARS][:_MAX_SHOWN]
        terms = dict.fromkeys(clean(name) for one in findings for name, _ in one.signal.contributors.terms)
        every = [(_ANY, translate(language, "any_detector"))]
        fired = (one.signal.detector for one in findings)
        kinds = [(name, detector_label(name, language)) for name in (*fired, *detector_names())]
        places = [(_ANY, translate(language, "any_channel")), *((_CHANNEL_PREFIX + name, name) for name in channels)]
        spans = [
            (name, text.format_duration(span // timedelta(milliseconds=1), language))
            for name, span in _DURATIONS.items()
        ]
        hint = translate(language, "term_hint", terms=", ".join([*terms][:5]) or "–")
        blocks = [
            views.section(translate(language, "silence_intro", brand=_brand_list(incident.all_brands))),
            views.select(DETECTOR, translate(language, "what"), dict(every + kinds).items()),
            views.text_input(TERM, translate(language, "only_term"), MAX_TERM_CHARS, hint=hint, optional=True),
            views.select(CHANNEL, translate(language, "only_channel"), places),
            views.select(DURATION, translate(language, "how_long"), spans, "4h"),
            views.text_input(REASON, translate(language, "why"), 200, optional=True),
            *silence_blocks(brand, running),
        ]
        metadata = msgspec.json.encode(ModalContext(incident.brand, incident.id, brands=incident.all_brands)).decode()
        return views.modal(language, CALLBACK, translate(language, "silence_title"), blocks, metadata)

    def validate(self, view: View) -> dict[str, str]:
        """Return the errors by block. Values may be forged."""
        asked = read_context(view)
        if asked is None:
            return {DURATION: translate("en", "gone")}
        brand = self._registry.brand(asked.brand)
        wrong = {
            DETECTOR: view.value(DETECTOR) not in (_ANY, *detector_names()) and "not_offered",
            TERM: len(view.value(TERM)) > MAX_TERM_CHARS and "too_long",
            CHANNEL: not _is_offered(view.value(CHANNEL)) and "not_offered",
            DURATION: view.value(DURATION) not in _DURATIONS and "not_offered",
            REASON: len(view.value(REASON)) > 2 * MAX_TERM_CHARS and "too_long",
        }
        return {block: translate(brand.language, key) for block, key in wrong.items() if key}

    async def save(self, view: View, user: str) -> str:
        """Send the silence; return the text for the user. One modal is one silence, however often it is submitted.

        A group incident is silenced brand by brand.
        """
        asked = read_context(view)
        if asked is None or self.validate(view):
            return translate("en", "gone")
        now, names = self._gateway.now(), asked.brands or (asked.brand,)
        for name in names:
            if refusal := await self._gateway.refusal(user, self._registry.brand(name)):
                return refusal
        silence, language = _read_silence(view, user, now), self._registry.brand(asked.brand).language
        for name in names:
            action = Action(f"slack:{view.id}", name, "silence", user, now, asked.incident or None, silence=silence)
            if failed := await self._gateway.submit(action, self._registry.brand(name)):
                return failed
        return translate(language, "silenced", what=describe(silence, language))


def _brand_list(brands: Sequence[str]) -> str:
    return mrkdwn(", ".join(brands), 300)


def _is_offered(channel: str) -> bool:
    return channel == _ANY or (
        channel.startswith(_CHANNEL_PREFIX) and len(channel) <= len(_CHANNEL_PREFIX) + MAX_TERM_CHARS
    )


def _read_silence(view: View, user: str, now: int) -> Silence:
    detector = None if view.value(DETECTOR) == _ANY else view.value(DETECTOR)
    channel = view.value(CHANNEL).removeprefix(_CHANNEL_PREFIX) if view.value(CHANNEL) != _ANY else None
    until = now + _DURATIONS[view.value(DURATION)] // timedelta(milliseconds=1)
    return Silence(now, until, user, detector, clean(view.value(TERM)) or None, channel, clean(view.value(REASON)))


def describe(silence: Silence, language: Language) -> str:
    """Return a silence in words: what, until when, by whom and why (mrkdwn)."""
    parts = [detector_label(silence.detector, language) if silence.detector else translate(language, "any_detector")]
    if silence.term:
        parts.append(translate(language, "with_term", term=mrkdwn(silence.term, 60)))
    if silence.channel:
        parts.append(translate(language, "in_channel", channel=mrkdwn(silence.channel, 60)))
    who = slack_user(silence.created_by) if silence.created_by else translate(language, "by_config")
    said = translate(language, "until", moment=slack_date(silence.ends_at, "{date_short_pretty} {time}"), who=who)
    what = f"{', '.join(parts)}, {said}"
    return translate(language, "because", what=what, reason=mrkdwn(silence.reason, 200)) if silence.reason else what


def silence_blocks(brand: Brand, running: Iterable[Silence]) -> list[dict[str, Any]]:
    """Return the active silences under a heading, each with a button that removes it."""
    language, shown = brand.language, [*running][:_MAX_SHOWN]
    heading = [views.section(f"*{translate(language, 'running_silences')}*")] if shown else []
    return heading + [silence_block(brand, one) for one in shown]


def silence_block(brand: Brand, silence: Silence, before: str = "") -> dict[str, Any]:
    """Return a silence with a button that removes it; `before` (mrkdwn) precedes it."""
    said = before + describe(silence, brand.language)
    if not silence.id:
        return views.section(said)
    value = msgspec.json.encode((brand.name, silence.id)).decode()
    return views.section(said, views.button(REMOVE, translate(brand.language, "remove"), value))


def parse_value(value: str) -> tuple[str, str]:
    """Return the brand and what a button removes from it; ("", "") for a value that is not ours."""
    try:
        return msgspec.json.decode(value, type=tuple[str, str])
    except msgspec.DecodeError:
        return "", ""


def unsilence(brand: Brand, silence: Silence, user: str, at: int) -> Action:
    """Return the action that ends a silence; its id is the same for every click."""
    return Action(f"slack:lift:{silence.id}", brand.name, "unsilence", user, at, silence=silence)
