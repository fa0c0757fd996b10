"""Report of an incident: built once for each revision, beside the event loop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from aiohttp import web
from msgspec import structs

from mentions.model.batches import Batch
from replay.report.data import gather
from replay.report.page import render
from replay.report.provenance import from_files
from tocsin.web.http.middleware import request_language
from tocsin.web.pages.overview import display_name
from tocsin.web.templating import REPORT_SECURITY_POLICY
from tocsin.web.text import translate

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from tocsin.web.sources.data_source import DataSource

HISTORY: Final = timedelta(days=14) // timedelta(milliseconds=1)
"""How much of the past (ms) the usual is learned from."""

CACHE_SIZE: Final = 8


class ReportPages:
    """Reports of incidents, built one at a time."""

    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._turn = asyncio.Lock()
        self._made: OrderedDict[tuple[str, int, Language], str] = OrderedDict()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [web.get("/incidents/{id}/report", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """Show an incident's report, sandboxed from the other pages."""
        incident = self._source.incidents().get(request.match_info["id"])
        if incident is None or incident.brand not in self._source.brands():
            raise web.HTTPNotFound
        language = request_language(request)
        key = incident.id, incident.revision, language
        async with self._turn:
            if key not in self._made:
                brand = self._source.brands()[incident.brand].brand
                since = incident.opened_at - HISTORY
                self._made[key] = await asyncio.to_thread(self._make, brand, incident, since, language)
                while len(self._made) > CACHE_SIZE:
                    self._made.popitem(last=False)
        headers = {"Content-Security-Policy": REPORT_SECURITY_POLICY}
        return web.Response(text=self._made[key], content_type="text/html", charset="utf-8", headers=headers)

    def _make(self, brand: Brand, incident: Incident, since: int, language: Language) -> str:
        """Return the report: the mentions replayed, with what people did as it was."""
        records = self._source.read_scored(brand.name, since, self._source.now() + 1)
        if not any(isinstance(one, Batch) for one in records):
            raise web.HTTPNotFound(text=translate(language, "preview_empty", days=14))
        origin = from_files("Kafka" if self._source.live else "recording", brand, records)
        try:
            facts = replace(
                gather(brand, records, origin, incident.id), lived_incident=self._with_names(incident, brand)
            )
        except LookupError:  # of so short a past, it opens at another minute
            facts = gather(brand, records, origin)
        return render(facts, language)

    def _with_names(self, incident: Incident, brand: Brand) -> Incident:
        """Return an incident with the names of those who acted in place of their ids."""
        names = self._source.names()
        history = tuple(
            structs.replace(entry, actor=display_name(entry.actor, brand, names)) for entry in incident.history
        )
        return structs.replace(incident, history=history)
