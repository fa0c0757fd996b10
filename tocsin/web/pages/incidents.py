"""Which pages are there of brands and incidents, and what do their forms do?"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import structlog
from aiohttp import web

from alerts.notifiers.slack.notifier import permalink
from alerts.rendering.escaping import clean
from detectors.model.text import number
from tocsin.web.http.middleware import SESSION, language_of
from tocsin.web.pages import actions
from tocsin.web.pages.incident_view import story
from tocsin.web.pages.overview import STATES, board, called, opened, row, standing
from tocsin.web.sources.base import about, may_act
from tocsin.web.templating import page, protect
from tocsin.web.text import clock, say

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.text import Language
    from tocsin.web.sources.base import World

log = structlog.get_logger(__name__)

EVERY: Final = 2.0
"""Seconds between two looks at whether the board has changed."""

_SAID: Final = ("done", "not_done", "not_yours")


class Pages:
    """The board, the brands and the incidents."""

    def __init__(self, world: World, slack: str) -> None:
        self._world = world
        self._slack = slack

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what serves them."""
        return [
            web.get("/", self.overview),
            web.get("/board", self.board),
            web.get("/events", self.events),
            web.get("/brands/{name}", self.brand),
            web.get("/incidents/{id}", self.incident),
            web.post("/incidents/{id}/acts", self.act),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Show all brands."""
        return self._board(request, "overview.html.j2")

    async def board(self, request: web.Request) -> web.Response:
        """Show the part of the overview that changes."""
        return self._board(request, "board.html.j2")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Say whenever the board has changed, until the browser leaves."""
        language = language_of(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        protect(response)
        await response.prepare(request)
        with suppress(ConnectionError):  # the browser has left
            await self._tell(response, language)
        return response

    async def _tell(self, response: web.StreamResponse, language: Language) -> None:
        before, states = self._seen(language)
        while True:
            await asyncio.sleep(EVERY)
            seen, now = self._seen(language)
            moved = [
                say(language, "now_is", brand=name, state=say(language, state))
                for name, state in now.items()
                if states.get(name) != state
            ]
            note = f"data: {json.dumps({'moved': moved})}\n\n" if seen != before else ": still here\n\n"
            await response.write(note.encode())
            before, states = seen, now

    async def brand(self, request: web.Request) -> web.Response:
        """Show one brand with its incidents."""
        name, language = request.match_info["name"], language_of(request)
        governed = self._world.brands().get(name)
        if governed is None:
            raise web.HTTPNotFound
        known = [
            (opened(one, governed.brand, language), one, clock(one.opened_at, governed.brand.timezone))
            for one in about(self._world.incidents(), name)
        ]
        shown = row(self._world, governed, language)
        return self._page(request, "brand.html.j2", shown.shown, row=shown, known=known)

    async def incident(self, request: web.Request) -> web.Response:
        """Show one incident."""
        incident = self._incident(request)
        language, session = language_of(request), request[SESSION]
        brand = self._world.brands()[incident.brand].brand
        told = story(incident, brand, language)
        receipt = self._world.message(incident.id)
        said = request.query.get("said", "")
        return self._page(
            request,
            "incident.html.j2",
            told.line,
            incident=incident,
            story=told,
            standing=standing(incident, brand, language),
            on_call=called(brand, self._world.now()) or say(language, "nobody"),
            offered=actions.offered(incident),
            verdicts=actions.verdicts(incident),
            allowed=may_act(brand, session.who, session.by),
            said=said if said in _SAID else "",
            brands=incident.all_brands,
            message=permalink(receipt, self._slack) if receipt else "",
        )

    async def act(self, request: web.Request) -> web.Response:
        """Do what a button of an incident's page says, and show the page again."""
        incident, session, form = self._incident(request), request[SESSION], await request.post()
        brand = self._world.brands()[incident.brand].brand
        if not may_act(brand, session.who, session.by):
            return _back(incident, "not_yours")
        do, text = str(form.get("do", "")), str(form.get("text", ""))
        action = actions.act(do, incident, session.who, self._world.now(), brand.timezone, text)
        if action is None:
            raise web.HTTPBadRequest
        log.info("asked to act", brand=incident.brand, incident=incident.id, act=action.kind, who=session.who)
        try:
            await self._world.send(action)
        except Exception as error:  # noqa: BLE001  whatever fails, the person has to know that nothing happened
            log.error("what was asked for could not be passed on", why=type(error).__name__)  # noqa: TRY400
            return _back(incident, "not_done")
        return _back(incident, "done")

    def _incident(self, request: web.Request) -> Incident:
        incident = self._world.incidents().get(request.match_info["id"])
        if incident is None or incident.brand not in self._world.brands():
            raise web.HTTPNotFound
        return incident

    def _board(self, request: web.Request, template: str) -> web.Response:
        language, state = language_of(request), request.query.get("state", "")
        search = clean(request.query.get("q", ""))[:100]
        rows = board(self._world, language, state if state in STATES else "", search)
        return self._page(
            request,
            template,
            say(language, "overview"),
            rows=rows,
            states=STATES,
            state=state,
            search=search,
            watched=bool(self._world.brands()),
            refresh=request.rel_url.raw_query_string,
        )

    def _seen(self, language: Language) -> tuple[int, dict[str, str]]:
        """Return a mark of what the board shows, and the state of each brand."""
        rows = board(self._world, language)
        return hash(repr(rows)), {one.shown: one.state for one in rows}

    def _page(self, request: web.Request, template: str, title: str, **values: Any) -> web.Response:
        shared: dict[str, Any] = {
            "title": title,
            "world": self._world,
            "now": clock(self._world.now()),
            "number": number,
        }
        return page(template, language_of(request), request[SESSION], **shared, **values)


def _back(incident: Incident, said: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/incidents/{quote(incident.id, safe='')}?said={said}"})
