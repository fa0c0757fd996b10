"""Tuning page of a brand: runs beside the event loop, shows its progress, keeps the latest result."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from config.brands.edit import diff, set_values
from config.errors import ConfigError
from mentions.model.batches import Batch
from replay.tuning.candidates import candidates
from replay.tuning.dataset import Dataset
from replay.tuning.labels import labels_from_verdicts, merge
from replay.tuning.optimisation import optimise
from tocsin.web.access import may, sees_all, shown_diff
from tocsin.web.editor.config_file import read_config_file
from tocsin.web.http.middleware import SESSION, request_language
from tocsin.web.pages.overview import brand_row
from tocsin.web.pages.tradeoff_chart import HEIGHT, WIDTH, build_chart
from tocsin.web.templating import render_page
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from replay.tuning.labels import Label
    from replay.tuning.optimisation import TuningResult
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

HISTORY: Final = timedelta(days=28) // timedelta(milliseconds=1)
"""How much of the past (ms) is tried on."""

BUSY: Final = 202


@dataclass
class TuningRun:
    """A tuning run, in progress or finished."""

    brand: Brand
    total: int
    done: int = 0
    result: TuningResult | None = None
    error: str = ""
    diff: str = ""
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def running(self) -> bool:
        """Return whether the run is in progress."""
        return self.result is None and not self.error


class TuningPages:
    """The latest tuning run of each brand; one runs at a time."""

    def __init__(self, source: DataSource, path: Path | None, labels: Sequence[Label]) -> None:
        self._source = source
        self._path = path
        self._written = labels
        self._turn = asyncio.Lock()
        self._runs: dict[str, TuningRun] = {}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [web.get("/brands/{name}/tuning", self.show), web.post("/brands/{name}/tuning", self.start)]

    async def show(self, request: web.Request) -> web.Response:
        """Show the labels and the progress or result of the run."""
        name, language = request.match_info["name"], request_language(request)
        configured = self._source.brands().get(name)
        if configured is None:
            raise web.HTTPNotFound
        run, shown = self._runs.get(name), brand_row(self._source, configured, language)
        values: dict[str, Any] = {
            "row": shown,
            "run": run,
            "diff": shown_diff(run.diff, whole=sees_all(request[SESSION], self._source.brands())) if run else "",
            "labels": self._labels(name),
            "clock": lambda at: format_time(at, configured.brand.timezone),
            "conclusion": "",
            "chart": None,
            "size": (WIDTH, HEIGHT),
        }
        if run is not None and run.result is not None:
            values["conclusion"] = _conclusion(run.result, language)
            values["chart"] = build_chart(run.result, run.brand)
        title = f"{translate(language, 'tuning')}: {shown.title}"
        return render_page("tuning.html.j2", language, request[SESSION], title=title, **values)

    async def start(self, request: web.Request) -> web.Response:
        """Start a run unless one is in progress, and show the page."""
        name = request.match_info["name"]
        configured = self._source.brands().get(name)
        if configured is None:
            raise web.HTTPNotFound
        if not may(request[SESSION], configured.brand, "act"):
            raise web.HTTPForbidden(text=translate(request_language(request), "not_allowed"))
        known = self._runs.get(name)
        if known is None or not known.running:
            run = self._runs[name] = TuningRun(configured.brand, len(candidates(configured.brand)))
            run.task = asyncio.create_task(self._work(run))
        return web.Response(status=303, headers={"Location": request.path})

    async def _work(self, run: TuningRun) -> None:
        async with self._turn:
            try:
                found, change = await asyncio.to_thread(self._compute, run)
                run.diff, run.result = change, found  # on the loop: no page is drawn half before and half after
            except Exception as error:
                log.exception("tuning failed", brand=run.brand.name)
                run.error = f"{type(error).__name__}: {error}"

    def _compute(self, run: TuningRun) -> tuple[TuningResult, str]:
        """Return the result of a run, and the diff of what it proposes."""
        name, now = run.brand.name, self._source.now()
        material = Dataset()
        for record in self._source.read_scored(name, now - HISTORY, now + 1):
            if isinstance(record, Batch):
                material.add(record)
            else:
                material.records[name].append(record)

        def advance(done: float) -> None:
            run.done += int(done)

        found = optimise(name, "brand", [run.brand], material, self._labels(name), advance=advance)
        return found, self._proposal(found)

    def _proposal(self, found: TuningResult) -> str:
        """Return the diff of the proposed change, as the command line would write it."""
        if found.proposed is None or self._path is None or not self._path.is_file():
            return ""
        sheet = read_config_file(self._path)
        try:
            return diff(
                sheet.text, set_values(sheet.text, found.scope, found.proposed.settings, name=sheet.name), sheet.name
            )
        except ConfigError as error:
            return str(error)

    def _labels(self, name: str) -> list[Label]:
        written = [label for label in self._written if label.brand == name]
        judged = [label for label in labels_from_verdicts(self._source.incidents().values()) if label.brand == name]
        return merge(written, judged).labels


def _conclusion(found: TuningResult, language: Language) -> str:
    return translate(language, found.state, count=len(found.labels if found.state == "too_few" else found.points))
