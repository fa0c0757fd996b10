"""Source reader: reads one source for ever, at its pace, and sends what is new and about a brand."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import structlog

from sources.budget import Budget, BudgetUsedUpError
from sources.client import PoliteClient
from sources.item import SourceError
from sources.pace import SLOWEST, Pace
from sources.protocol import ClosingSource
from sources.seen import SeenItems
from streams.clock import wall_ms
from streams.listening.cursor import Cursor
from streams.listening.health import SourceHealth, is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sources.item import Item, Page
    from sources.protocol import PolledSource, StreamedSource
    from sources.selection import Selection
    from sources.settings import SourceSettings
    from streams.listening.health import State

log = structlog.get_logger(__name__)

SAVE_INTERVAL: Final = 5_000
"""Milliseconds between two notes of where a stream is read, while it brings nothing for us."""

RECONNECT_DELAY: Final = 5.0
"""Seconds until a stream that ended is opened again; longer each time that it brings nothing."""

NOTICE_TIME: Final = 3_600_000
"""Milliseconds for which a notice, such as a gap, is shown."""

_WEIGHT: Final = 0.1  # of the latest gap in the usual one


MAX_PENDING: Final = 400_000
"""Bytes of mentions that are sent at once: they are written into the cursor first."""


class Sink(Protocol):
    """Where mentions and cursors go."""

    async def send(self, source: str, records: Sequence[bytes]) -> int | None:
        """Send mentions; returns the offset after the last."""
        ...

    async def save(self, source: str, cursor: Cursor) -> None:
        """Keep a cursor."""
        ...


class SourceReader:
    """One source. Its cursor is written ahead of what is sent: see `streams.listening.cursor.Cursor`."""

    def __init__(
        self,
        settings: SourceSettings,
        source: PolledSource | StreamedSource,
        selection: Selection,
        brands: Sequence[str],
        sink: Sink,
        cursor: Cursor | None = None,
        clock: Callable[[], int] = wall_ms,
    ) -> None:
        self.settings = settings
        self.cursor = cursor or Cursor()
        self._source = source
        self._selection = selection
        self._brands = list(brands)
        self._sink = sink
        self._clock = clock
        self._seen = SeenItems(self.cursor.seen, about=self.cursor.about)
        every = RECONNECT_DELAY if hasattr(source, "stream") else settings.interval
        self._pace = Pace(every, slowest=1.0 if settings.is_even else SLOWEST)
        self.budget = Budget(*settings.limits, self.cursor.spending, lambda: clock() / 1000)
        self.budget.keep = lambda: self._save(clock())
        self.delivering = asyncio.Lock()
        """Held while mentions are on their way: a reader that is stopped then does not know what was sent."""

        self._asked_since = clock()
        self._saved_at = 0
        self._reason = ""
        self._rests = False
        self._notice, self._noticed_at = "", 0
        self._last_success = 0
        self._sent = self._rejected = 0

    async def run(self) -> None:
        """Read until cancelled."""
        try:
            async with PoliteClient(self.budget, allow_private=self.settings.private_addresses) as client:
                while True:  # noqa: ASYNC110  a pace, no condition
                    await asyncio.sleep(await self.read_once(client))
        finally:
            self.close()

    def close(self) -> None:
        """Let go of what the source holds."""
        if isinstance(self._source, ClosingSource):
            self._source.close()

    async def read_once(self, client: PoliteClient) -> float:
        """Read what there is now, or a stream until it ends; returns the seconds to wait before the next time."""
        try:
            wait = await self._read(client)
        except BudgetUsedUpError as error:
            self._note_failure(str(error))
            self._rests, wait = True, self._pace.after_rest(error.retry_after)
        except SourceError as error:
            self._note_failure(str(error))
            wait = self._pace.after_failure(asked=error.retry_after, permanent=error.permanent)
        except Exception as error:  # what a stranger sends may break any reader; the next answer may be sound
            log.exception("source answer not understood", source=self.settings.id)
            self._note_failure(f"answers what is not understood ({type(error).__name__})")
            wait = self._pace.after_failure()
        if self.budget.spending != self.cursor.spending:
            await self._save(self._clock())  # else a process that starts again and again would have no budget
        return wait

    async def _read(self, client: PoliteClient) -> float:
        async with self.delivering:
            await self._send_pending()
        if hasattr(self._source, "stream"):
            async with aclosing(self._source.stream(client, self.cursor.position)) as pages:
                async for page in pages:
                    await self._take(page, streamed=True)
            raise SourceError("ended the stream")
        page = await self._source.fetch(client, self.cursor.position)
        news = await self._take(page)
        while page.more and not page.wait:
            page = await self._source.fetch(client, self.cursor.position)
            news = await self._take(page) or news
        return self._pace.after_success(news=news, asked=page.wait)

    async def _take(self, page: Page, *, streamed: bool = False) -> bool:
        """Send what is new of a page, and note how far the source is read; returns whether anything was new."""
        async with self.delivering:
            return await self._deliver(page, streamed=streamed)

    async def _deliver(self, page: Page, *, streamed: bool) -> bool:
        now = self._clock()
        fresh = self._seen.fresh(page.items, fold_copies=self.settings.kind == "feed")
        first_look = not self._seen.entries()
        if first_look:  # what has no date and was there before us is old: as news it would be a storm
            fresh = [one for one in fresh if one[0].dated]
        chosen = [self._select(item, now, edited=edited) for item, edited in fresh]
        if fresh:
            self._note_news(now)
        moved = page.position != self.cursor.position or bool(fresh) or (first_look and bool(page.items))
        parts = list(_parts([one for one in chosen if one.records])) or [[]]
        for part in parts:
            for one in part:
                self._seen.note(one.item, one.brands)
            if part is parts[-1]:  # with what is pending, that is all of the page: who dies now goes on behind it
                if not streamed:
                    self._seen.remember(page.items)
                self.cursor.position = page.position
            if part:
                self.cursor.pending = [record.decode() for one in part for record in one.records]
                await self._save(now)
                await self._send_pending()
        if moved and (not streamed or now - self._saved_at >= SAVE_INTERVAL):
            await self._save(now)
        self._last_success, self._reason, self._pace.failures, self._rests = now, "", 0, False
        if page.notice:
            log.warning("source has a gap", source=self.settings.id, reason=page.notice)
            self._notice, self._noticed_at = page.notice, now
        return bool(fresh) or first_look  # after the first look nobody knows yet that it is quiet

    def _select(self, item: Item, now: int, *, edited: bool) -> _ChosenItem:
        earlier = self._seen.brands_of(item)
        if item.deleted:
            return _ChosenItem(item, self._selection.withdraw(item, earlier, now), ())
        selected = self._selection.select(item, now, edited=edited)
        if selected.rejection:
            self._rejected += 1
            log.warning("item rejected", source=self.settings.id, id=item.id, reason=selected.rejection)
            return _ChosenItem(item, (), ())
        gone = [brand for brand in earlier if brand not in selected.brands]
        return _ChosenItem(item, selected.records + self._selection.withdraw(item, gone, now), selected.brands)

    async def _send_pending(self) -> None:
        """Send what the cursor says is being sent, then note that it is."""
        records = [record.encode() for record in self.cursor.pending]
        next_offset = await self._sink.send(self.settings.id, records)
        self.cursor.pending = []
        self._sent += len(records)
        if next_offset is not None:
            self.cursor.next_offset = next_offset
            await self._save(self._clock())

    async def _save(self, now: int) -> None:
        self.cursor.seen, self.cursor.about = self._seen.entries(), self._seen.about()
        self.cursor.spending = self.budget.spending
        await self._sink.save(self.settings.id, self.cursor)
        self._saved_at = now

    def _note_news(self, now: int) -> None:
        cursor = self.cursor
        if cursor.last_news:
            gap = (now - cursor.last_news) / 1000
            cursor.usual_gap = gap if not cursor.gaps else cursor.usual_gap + _WEIGHT * (gap - cursor.usual_gap)
            cursor.gaps += 1
        cursor.last_news = now

    def _note_failure(self, reason: str) -> None:
        if reason != self._reason:
            log.warning("source not read", source=self.settings.id, reason=reason)
        self._reason, self._rests = reason, False

    @property
    def health(self) -> SourceHealth:
        """Return how it is now."""
        now, cursor = self._clock(), self.cursor
        return SourceHealth(
            source=self.settings.id,
            brands=self._brands,
            state=self._state(now),
            reason=self._reason or (self._notice if now - self._noticed_at < NOTICE_TIME else ""),
            at=now,
            last_success=self._last_success,
            last_news=cursor.last_news,
            sent=self._sent,
            rejected=self._rejected,
            usual_gap=cursor.usual_gap,
            budget=self.budget.lines,
            severity=self.settings.when_stopped,
            asked_since=self._asked_since,
        )

    def _state(self, now: int) -> State:
        if self._rests:
            return "resting"
        if self._pace.failures:
            return "failing"
        if not self._last_success:
            return "starting"
        quiet = self.settings.is_steady and is_silent(
            now, self.cursor.last_news, self.cursor.usual_gap, self.cursor.gaps
        )
        return "silent" if quiet else "active"


class _ChosenItem(NamedTuple):
    """An item with what is sent of it, and the brands that it is about now."""

    item: Item
    records: tuple[bytes, ...]
    brands: tuple[str, ...]


def _parts(chosen: Iterable[_ChosenItem]) -> Iterator[list[_ChosenItem]]:
    """Yield items in parts whose records a cursor can hold."""
    part: list[_ChosenItem] = []
    size = 0
    for one in chosen:
        length = sum(map(len, one.records))
        if part and size + length > MAX_PENDING:
            yield part
            part, size = [], 0
        part.append(one)
        size += length
    if part:
        yield part
