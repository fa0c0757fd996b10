"""Silences of the pages: a form on an incident and on a brand, the active ones, and a button that ends one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

import structlog
from aiohttp import web

from alerts.incidents.model import Action
from alerts.incidents.silences import Silence, to_silence
from alerts.rendering.escaping import clean, clip
from alerts.rendering.text import format_duration
from detectors.registry import SECTIONS
from tocsin.web.access import may
from tocsin.web.http.local_path import local_path
from tocsin.web.http.middleware import SESSION, request_language
from tocsin.web.pages.incident_details import detector_name
from tocsin.web.pages.overview import display_name
from tocsin.web.sources.scoped import visible
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

SPANS: Final = {f"{hours}h": timedelta(hours=hours) for hours in (1, 4, 12, 24, 72, 168)}
"""How long a silence of the form may last."""

REASON_CHARS: Final = 200
_TOKEN_CHARS: Final = 32


class SilenceRow(NamedTuple):
    """One active silence, in words."""

    brand: str
    id: str  # "": of the configuration, which ends it
    what: str
    until: str
    who: str
    reason: str


class SilenceForm(NamedTuple):
    """What the form offers, and the active silences below it."""

    brands: tuple[str, ...]
    detectors: list[tuple[str, str]]
    spans: list[tuple[str, str]]
    rows: list[SilenceRow]
    back: str
    key: str  # makes a form that is sent twice one silence


class SilencePages:
    """Takes the silences of the forms, and ends them."""

    def __init__(self, source: DataSource) -> None:
        self._source = source

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [web.post("/silences", self.add), web.post("/silences/end", self.end)]

    async def add(self, request: web.Request) -> web.Response:
        """Silence the brands of a form for a while, and go back to its page."""
        form, session = await request.post(), request[SESSION]
        brands = [self._brand(request, str(name)) for name in dict.fromkeys(form.getall("brand", ()))]
        span, detector, key = SPANS.get(str(form.get("span"))), str(form.get("detector", "")), str(form.get("key", ""))
        reason = clip(clean(str(form.get("reason", ""))), REASON_CHARS)
        if not brands or span is None or detector not in ("", *SECTIONS) or len(key) != _TOKEN_CHARS:
            raise web.HTTPBadRequest
        if not reason:
            return _back(str(form.get("back", "")), "silence_why")
        now = self._source.now()
        until = now + span // timedelta(milliseconds=1)
        silence = Silence(now, until, session.user, detector or None, reason=reason)
        key, user = f"web:silence:{key}", session.user
        actions = [Action(key, brand.name, "silence", user, now, silence=silence) for brand in brands]
        return await self._send(actions, str(form.get("back", "")))

    async def end(self, request: web.Request) -> web.Response:
        """End one silence now, and go back to the form's page."""
        form, session = await request.post(), request[SESSION]
        brand = self._brand(request, str(form.get("brand", "")))
        wanted, back = str(form.get("silence", "")), str(form.get("back", ""))
        found = next((one for one in self._source.silences(brand.name) if one.id == wanted and wanted), None)
        if found is None:
            return _back(back, "silence_over")
        now = self._source.now()
        action = Action(f"web:lift:{found.id}", brand.name, "unsilence", session.user, now, silence=found)
        return await self._send([action], back)

    async def _send(self, actions: Iterable[Action], back: str) -> web.Response:
        for one in actions:
            log.info("action requested", brand=one.brand, action=one.kind, user=one.actor)
            try:
                await self._source.send(one)
            except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
                log.error("action failed", reason=type(error).__name__)  # noqa: TRY400
                return _back(back, "not_done")
        return _back(back, "done")

    def _brand(self, request: web.Request, quoted: str) -> Brand:
        configured = visible(self._source, request[SESSION]).brands().get(unquote(quoted))
        if configured is None:
            raise web.HTTPNotFound
        if not may(request[SESSION], configured.brand, "act"):
            raise web.HTTPForbidden(text=translate(request_language(request), "not_allowed"))
        return configured.brand


def silence_form(
    source: DataSource, brands: Sequence[str], language: Language, back: str, incident: Incident | None = None
) -> SilenceForm:
    """Return the form for brands; the detectors of an incident come first."""
    known = source.brands()
    shown = tuple(name for name in brands if name in known)
    fired = [finding.signal.detector for finding in incident.findings.values()] if incident else []
    names = dict.fromkeys(name for name in (*fired, *SECTIONS) if name in SECTIONS)
    return SilenceForm(
        shown,
        [(name, detector_name(name, language)) for name in names],
        [(name, format_duration(span // timedelta(milliseconds=1), language)) for name, span in SPANS.items()],
        [row for name in shown for row in silence_rows(source, known[name].brand, language)],
        back,
        secrets.token_hex(_TOKEN_CHARS // 2),
    )


def silence_rows(source: DataSource, brand: Brand, language: Language) -> list[SilenceRow]:
    """Return the silences of a brand that are active: those that people added, then those of the configuration."""
    now = source.now()
    planned = [one for one in map(to_silence, brand.alert.silences) if one.starts_at <= now < one.ends_at]
    return [
        SilenceRow(
            brand.name,
            one.id,
            _what(one, language),
            format_time(one.ends_at, brand.timezone),
            display_name(one.created_by, brand, source.names()) or translate(language, "by_config"),
            clean(one.reason),
        )
        for one in (*source.silences(brand.name), *planned)
    ]


def _what(one: Silence, language: Language) -> str:
    parts = [detector_name(one.detector, language) if one.detector else translate(language, "any_detector")]
    parts += [translate(language, "with_term", term=clean(one.term))] if one.term else []
    parts += [translate(language, "in_channel", channel=clean(one.channel))] if one.channel else []
    return ", ".join(parts)


def _back(there: str, outcome: str) -> web.Response:
    path = local_path(there).partition("?")[0]
    return web.Response(status=303, headers={"Location": f"{path}?outcome={outcome}"})
