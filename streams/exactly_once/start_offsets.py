"""Start offsets: from which offset each assigned partition is read: the committed one, or else the earliest."""

from __future__ import annotations

import asyncio
from collections import UserDict
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faust.types import TP, AppT

log = structlog.get_logger(__name__)

RETRY_DELAY: Final = 1.0  # seconds until the broker is asked again
ANSWER_TIMEOUT: Final = 15.0  # seconds that an answer may take


class StartOffsets:
    """Fetches the start offsets of all owned partitions at each rebalance, at once: the consumer thread is slow."""

    def __init__(self, app: AppT) -> None:
        self._app = app
        self._fetching: asyncio.Task[dict[TP, int]] | None = None

    def fetch(self, owned: Iterable[TP]) -> None:
        """Start fetching the start offsets of the partitions that have just been assigned."""
        self.reset()
        self._fetching = asyncio.create_task(self._fetch(list(owned)))

    async def get(self, tp: TP) -> int | None:
        """Return the offset that `tp` is read from; None if it is not owned."""
        learning = self._fetching
        if learning is None:
            return None
        await asyncio.wait([learning])
        return None if learning.cancelled() else learning.result().get(tp)

    def reset(self) -> None:
        """Forget the start offsets: partitions are being reassigned."""
        if self._fetching is not None:
            self._fetching.cancel()
        self._fetching = None

    async def _fetch(self, owned: list[TP]) -> dict[TP, int]:
        while owned:
            try:
                committed, earliest = await self._committed(owned), await self._app.consumer.earliest_offsets(*owned)
                ends = await self._app.consumer.highwaters(*owned)
                return {tp: start_offset(tp, committed[tp] or 0, earliest[tp], ends[tp]) for tp in owned}
            except Exception as error:  # noqa: BLE001 - the broker is asked until it answers
                log.warning("start offsets unknown", reason=repr(error))
                await asyncio.sleep(RETRY_DELAY)
        return {}

    async def _committed(self, owned: list[TP]) -> dict[TP, int | None]:
        """Return the offsets that the group has committed. Faust has no call for it, so its consumer is asked."""
        thread = cast("Any", self._app.consumer)._thread  # noqa: SLF001 - see above
        consumer = thread._ensure_consumer()  # noqa: SLF001 - see above

        async def ask() -> list[int | None]:
            async with asyncio.timeout(ANSWER_TIMEOUT):  # the thread serves two calls at a time: none may hang in it
                return list(await asyncio.gather(*(consumer.committed(tp) for tp in owned)))

        answers: list[int | None] = await thread.call_thread(ask)
        return dict(zip(owned, answers, strict=True))


def start_offset(tp: TP, committed: int, earliest: int, end: int) -> int:
    """Return from which offset a partition is read; one committed beyond the end is of a topic that was deleted."""
    if committed > end:
        where = {"topic": tp.topic, "partition": tp.partition, "offset": committed, "end": end}
        log.error("committed offset beyond the end of the topic, a new epoch begins", **where)
        return earliest
    return max(committed, earliest)


class NullReadOffsets(UserDict[Any, int | None]):
    """Replaces the map of last read offsets by which Faust drops records: holds nothing for the given topics.

    Faust notes an offset as read also when it let the record go because partitions were being reassigned, and keeps the
    note beyond the seek to what is committed. A record that is read again would be dropped by it, unseen. The stages
    look after this themselves (`streams.exactly_once.offsets`).
    """

    def __init__(self, topics: Iterable[str]) -> None:
        super().__init__()
        self._topics = frozenset(topics)

    def __setitem__(self, tp: Any, offset: int | None) -> None:
        if tp.topic not in self._topics:
            super().__setitem__(tp, offset)

    def __delitem__(self, tp: Any) -> None:
        self.data.pop(tp, None)

    def __missing__(self, _: Any) -> None:
        return None
