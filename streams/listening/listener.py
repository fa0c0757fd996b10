"""Listener: reads the sources of all brands, each once, and follows changes of the configuration."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import structlog
from msgspec.structs import replace
from prometheus_client import Gauge

from sources.budget_settings import most_generous
from sources.registry import source
from sources.selection import Selection, SourceBrand
from sources.settings import WHEN_STOPPED
from streams.kafka.partitioning import partition_of
from streams.listening.cursor import Cursor
from streams.listening.health import State, is_news
from streams.listening.source_reader import SourceReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.brands.model import Brand
    from sources.registry import Tokens
    from sources.settings import SourceSettings
    from streams.listening.health import SourceHealth
    from streams.listening.sink import KafkaSink

log = structlog.get_logger(__name__)

SOURCES = Gauge("tocsin_sources", "Sources that the listener reads, by their state", ["state"])
BUDGET_LEFT = Gauge(
    "tocsin_source_budget_left",
    "What a source may still use: requests, bytes or euros, in this day or month",
    ["source", "unit", "period"],
)

LOOK_INTERVAL: Final = 1.0
"""Seconds between two looks at the health of the sources."""


class WantedSource(NamedTuple):
    """A source with the brands that read it."""

    settings: SourceSettings
    brands: tuple[SourceBrand, ...]


def wanted_sources(brands: Iterable[Brand]) -> dict[str, WantedSource]:
    """Return the sources by id: one that several brands list is read once, as the most generous of them allow."""
    listed: dict[str, list[tuple[SourceSettings, Brand]]] = defaultdict(list)
    for brand in brands:
        for settings in brand.sources:
            listed[settings.id].append((settings, brand))
    found = {}
    for name, readers in listed.items():
        asked = [settings for settings, _ in readers]
        eager = min(asked, key=lambda settings: settings.every).model_copy(
            update={
                "budget": most_generous([settings.budget for settings in asked]),
                "monthly_budget": most_generous([settings.monthly_budget for settings in asked]),
                "private_addresses": any(settings.private_addresses for settings in asked),
                "when_stopped": max((settings.when_stopped for settings in asked), key=WHEN_STOPPED.index),
            }
        )
        everything = {brand.name: settings.about == "brand" for settings, brand in readers}
        terms = {brand.name: brand.brand_terms(0) for _, brand in readers}
        found[name] = WantedSource(eager, tuple(SourceBrand(terms[key], everything[key]) for key in terms))
    return found


class Listener:
    """The readers of all sources, one task each."""

    def __init__(self, sink: KafkaSink, tokens: Tokens, cursors: Mapping[str, Cursor], ends: Mapping[int, int]) -> None:
        """Take where mentions go, secrets, the stored cursors, and the present end of each partition of `mentions`."""
        self._sink = sink
        self._tokens = tokens
        self._cursors = dict(cursors)
        self._ends = ends
        self._epoch = 1 + max((cursor.epoch for cursor in cursors.values()), default=0)
        self._wanted: dict[str, WantedSource] = {}
        self._readers: dict[str, SourceReader] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def update(self, brands: Iterable[Brand]) -> None:
        """Start, stop and change readers until they are what the brands list."""
        wanted = wanted_sources(brands)
        for name in [name for name, now in self._wanted.items() if wanted.get(name) != now]:
            async with self._readers[name].delivering:  # else the next reader would send again what is on its way
                self._tasks[name].cancel()
            await self._stop(name)
        for name, one in wanted.items():
            if name not in self._tasks:
                await self._start(name, one)
        for name in [name for name in self._cursors if name not in wanted]:
            await self._sink.forget(name)
            del self._cursors[name]
        if wanted.keys() != self._wanted.keys() or not wanted:
            log.info("listening", sources=len(wanted))
        self._wanted = wanted

    async def build(self, brands: Iterable[Brand]) -> list[SourceReader]:
        """Return a reader for each source, not started."""
        return [await self._reader(name, one) for name, one in wanted_sources(brands).items()]

    async def _start(self, name: str, wanted: WantedSource) -> None:
        reader = await self._reader(name, wanted)
        self._readers[name] = reader
        self._tasks[name] = asyncio.create_task(reader.run(), name=f"source {name}")

    async def _reader(self, name: str, wanted: WantedSource) -> SourceReader:
        cursor = self._cursors.get(name)
        if cursor is None:
            cursor = Cursor(next_offset=self._ends[partition_of(name.encode(), len(self._ends))])
        cursor.epoch = self._epoch
        self._cursors[name] = cursor
        names = [brand.terms.name for brand in wanted.brands]
        selection, asked = Selection(wanted.brands, name), source(wanted.settings, self._tokens)
        return SourceReader(wanted.settings, asked, selection, names, self._sink, cursor)

    async def _stop(self, name: str) -> None:
        task = self._tasks.pop(name)
        self._readers.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def report(self) -> None:
        """Publish the health of each source when it changes, and from time to time, until cancelled."""
        said: dict[str, SourceHealth] = {}
        while True:
            for name, reader in list(self._readers.items()):
                now, before = reader.health, said.get(name)
                if before is None or is_news(before, now):
                    await self._sink.report(now)
                    said[name] = now
            states = Counter(reader.health.state for reader in self._readers.values())
            for state in get_args(State):
                SOURCES.labels(state).set(states[state])
            BUDGET_LEFT.clear()
            for name, reader in self._readers.items():
                for line in reader.budget.lines:
                    BUDGET_LEFT.labels(name, line.unit, line.period).set(line.left)
            await asyncio.sleep(LOOK_INTERVAL)

    async def close(self) -> None:
        """Stop every reader, and say so."""
        last = [reader.health for reader in self._readers.values()]
        for name in list(self._tasks):
            await self._stop(name)
        for health in last:
            await self._sink.report(replace(health, state="stopped", reason="the listener was stopped"))
        SOURCES.clear()  # those of the next active listener count
        BUDGET_LEFT.clear()
