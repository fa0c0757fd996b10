"""Pages of brands and incidents, their forms, and the stream of changes."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

import structlog
from aiohttp import web

from alerts.notifiers.slack.notifier import permalink
from alerts.rendering.escaping import clean
from detectors.model.signal_text import format_number
from tocsin.web.access import may
from tocsin.web.http.middleware import IS_LOGGED_IN, SESSION, request_language
from tocsin.web.pages import actions, undelivered
from tocsin.web.pages.incident_details import incident_details
from tocsin.web.pages.overview import STATES, brand_row, brand_rows, coverage, incident_row, on_call_names
from tocsin.web.pages.silences import silence_form
from tocsin.web.pages.source_list import source_lines
from tocsin.web.sources.data_source import incidents_of
from tocsin.web.sources.scoped import visible
from tocsin.web.templating import render_page, set_security_headers
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.signal_text import Language
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 2.0
"""Seconds between two looks at whether the board has changed."""

_OUTCOMES: Final = ("done", "not_done", "not_allowed", "silence_why", "silence_over")


class Snapshot(NamedTuple):
    """What the overview shows: a hash of all of it, and the state of each brand."""

    content: int
    states: dict[str, str]


class IncidentPages:
    """Pages of the overview, the brands and the incidents."""

    def __init__(self, source: DataSource, slack: str) -> None:
        self._source = source
        self._slack = slack

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [
            web.get("/", self.overview),
            web.get("/board", self.board),
            web.get("/events", self.events),
            web.get("/brands/{name}", self.brand),
            web.get("/incidents/{id}", self.incident),
            web.post("/incidents/{id}/actions", self.act),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Show all brands."""
        return self._board(request, "overview.html.j2")

    async def board(self, request: web.Request) -> web.Response:
        """Show the list of brands, the part of the overview that changes."""
        return self._board(request, "board.html.j2")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Send an event whenever the overview has changed, until the browser leaves or its session ends."""
        language = request_language(request)
        before = self._snapshot(request, language)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        set_security_headers(response)
        await response.prepare(request)
        with suppress(ConnectionError):  # the browser has left
            while request[IS_LOGGED_IN]():
                await asyncio.sleep(POLL_SECONDS)
                now = self._snapshot(request, language)
                await response.write(_event(before, now, language))
                before = now
        return response

    async def brand(self, request: web.Request) -> web.Response:
        """Show one brand with its incidents."""
        name, language = request.match_info["name"], request_language(request)
        seen = visible(self._source, request[SESSION])
        configured = seen.brands().get(name)
        if configured is None:
            raise web.HTTPNotFound
        known = [
            (
                incident_row(one, configured.brand, language, self._source.names()),
                one,
                format_time(one.opened_at, configured.brand.timezone),
            )
            for one in incidents_of(seen.incidents(), name)
        ]
        shown = brand_row(seen, configured, language)
        return self._page(
            request,
            "brand.html.j2",
            shown.title,
            row=shown,
            known=known,
            outcome=_outcome(request),
            allowed=may(request[SESSION], configured.brand, "act"),
            silence_form=silence_form(self._source, [name], language, request.rel_url.raw_path),
        )

    async def incident(self, request: web.Request) -> web.Response:
        """Show one incident."""
        incident = self._incident(request)
        language, session = request_language(request), request[SESSION]
        brand = self._source.brands()[incident.brand].brand
        details = incident_details(incident, brand, language, self._source.now(), self._source.names())
        receipt = self._source.message_ref(incident.id)
        return self._page(
            request,
            "incident.html.j2",
            details.headline,
            incident=incident,
            details=details,
            on_call=on_call_names(brand, self._source.now(), self._source.names()) or translate(language, "nobody"),
            offered=actions.available_actions(incident),
            verdicts=actions.available_verdicts(incident),
            allowed=may(session, brand, "act"),
            outcome=_outcome(request),
            silence_form=silence_form(self._source, incident.all_brands, language, request.rel_url.raw_path, incident),
            brands=incident.all_brands,
            undelivered=undelivered.incident_lines(self._source, incident.id, brand.timezone, language),
            message=permalink(receipt, self._slack) if receipt else "",
        )

    async def act(self, request: web.Request) -> web.Response:
        """Do what a button of an incident's page says, and show the page again."""
        incident, session, form = self._incident(request), request[SESSION], await request.post()
        brand = self._source.brands()[incident.brand].brand
        if not may(session, brand, "act"):
            return _back(incident, "not_allowed")
        do, text = str(form.get("do", "")), str(form.get("text", ""))
        action = actions.action_for(do, incident, session.user, self._source.now(), brand.timezone, text)
        if action is None:
            raise web.HTTPBadRequest
        log.info("action requested", brand=incident.brand, incident=incident.id, action=action.kind, user=session.user)
        try:
            await self._source.send(action)
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
            log.error("action failed", reason=type(error).__name__)  # noqa: TRY400
            return _back(incident, "not_done")
        return _back(incident, "done")

    def _incident(self, request: web.Request) -> Incident:
        incident = self._source.incidents().get(request.match_info["id"])
        if incident is None or incident.brand not in self._source.brands():
            raise web.HTTPNotFound
        return incident

    def _board(self, request: web.Request, template: str) -> web.Response:
        language, state = request_language(request), request.query.get("state", "")
        search = clean(request.query.get("q", ""))[:100]
        seen = visible(self._source, request[SESSION])
        rows = brand_rows(seen, language, state if state in STATES else "", search)
        return self._page(
            request,
            template,
            translate(language, "overview"),
            rows=rows,
            states=STATES,
            state=state,
            search=search,
            coverage=coverage(seen, language),
            sources=source_lines(seen.sources(), self._source.now(), language),
            undelivered=undelivered.board_line(seen, language),
            watched=bool(seen.brands()),
            hidden=bool(self._source.brands()) and not seen.brands(),
            refresh=request.rel_url.raw_query_string,
        )

    def _snapshot(self, request: web.Request, language: Language) -> Snapshot:
        rows = brand_rows(visible(self._source, request[SESSION]), language)
        return Snapshot(hash(repr(rows)), {one.title: one.state for one in rows})

    def _page(self, request: web.Request, template: str, title: str, **values: Any) -> web.Response:
        shared: dict[str, Any] = {
            "title": title,
            "source": self._source,
            "now": format_time(self._source.now()),
            "number": format_number,
        }
        return render_page(template, request_language(request), request[SESSION], **shared, **values)


def _outcome(request: web.Request) -> str:
    given = request.query.get("outcome", "")
    return given if given in _OUTCOMES else ""


def _event(before: Snapshot, now: Snapshot, language: Language) -> bytes:
    """Return the event that names the brands whose state has changed; a comment where nothing has."""
    if now == before:
        return b": no change\n\n"
    changed = [
        translate(language, "now_is", brand=name, state=translate(language, state))
        for name, state in now.states.items()
        if before.states.get(name) != state
    ]
    return f"data: {json.dumps({'changed': changed})}\n\n".encode()


def _back(incident: Incident, outcome: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/incidents/{quote(incident.id, safe='')}?outcome={outcome}"})
