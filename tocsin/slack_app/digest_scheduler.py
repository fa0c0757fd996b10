"""When is a channel's digest due, and how is it there exactly once? It is looked for before and after it is sent."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import structlog

from alerts.delivery.ports import DeliveryError
from tocsin.slack_app.digest import HOUR, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alerts.delivery.ports import Message, Receipt
    from config.brands.model import Brand
    from tocsin.slack_app.digest import Figures
    from tocsin.slack_app.state import Known

log = structlog.get_logger(__name__)

EVERY: Final = 5.0
"""Seconds between two looks at the clock."""

LATE: Final = 6 * HOUR
"""How late (ms) a digest still is news: the app may have been down."""

PAUSE: Final = HOUR // 6
"""How long (ms) after a refusal, such as of a channel that does not know the app, it is tried again."""


class Due(NamedTuple):
    """A digest: its channel, its name, which no other day's has, its instant (ms) and its brands."""

    channel: str
    name: str
    at: int
    brands: tuple[Brand, ...]


class Poster(Protocol):
    """What is needed of Slack."""

    async def find(self, channel: str, incident: str, since: int) -> Receipt | None:
        """Return the first message of that name posted since an instant (ms)."""
        ...

    async def post(self, channel: str, message: Message) -> Receipt:
        """Post a message."""
        ...

    async def sweep(self, receipt: Receipt, incident: str, since: int) -> int:
        """Delete the other messages of that name."""
        ...


def due(brands: Iterable[Brand], now: int) -> list[Due]:
    """Return the digests that are due and not too old: brands of one channel, time and zone share one."""
    shared: defaultdict[tuple[str, str, str], list[Brand]] = defaultdict(list)
    for brand in brands:
        if brand.digest is not None and brand.slack_channel is not None:
            shared[brand.slack_channel, brand.digest, brand.timezone].append(brand)
    found = []
    for (channel, clock, zone), members in sorted(shared.items()):
        at = _latest(clock, zone, now)
        if now - at < LATE:
            day = datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()
            found.append(Due(channel, f"digest {day} {clock} {zone}", at, tuple(members)))
    return found


def _latest(clock: str, zone: str, now: int) -> int:
    """Return the latest instant (ms) at which a clock in a zone showed this time of day.

    >>> _latest("08:30", "Europe/Paris", 1_795_420_800_000) - 1_795_420_800_000
    -1800000
    """
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    for back in range(3):
        at = datetime.combine(local.date() - timedelta(days=back), time.fromisoformat(clock), local.tzinfo)
        instant = int(at.timestamp() * 1000)
        if instant <= now:
            return instant
    raise AssertionError("a time of day comes every day")


class Daily:
    """Posts each digest once, however often the app starts and however many of it run."""

    def __init__(
        self,
        known: Known,
        slack: Poster,
        count: Callable[[int], Mapping[str, Figures]],
        now: Callable[[], int],
    ) -> None:
        self._known = known
        self._slack = slack
        self._count = count
        self._now = now
        self._done: dict[tuple[str, str], int] = {}  # (channel, name) → until when it is left alone, ms

    async def run(self) -> None:
        """Look at the clock until cancelled."""
        await self._known.directory.loaded()
        await self._known.ledger.loaded()
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Send what is due; what Slack does not take is tried again later."""
        now = self._now()
        self._done = {key: until for key, until in self._done.items() if until > now}
        for one in due(self._known.directory.brands().values(), now):
            if (one.channel, one.name) not in self._done:
                self._done[one.channel, one.name] = now + await self._send(one)

    async def _send(self, one: Due) -> int:
        """Send a digest that is not there yet; return for how long (ms) it needs no other look."""
        try:
            if await self._standing(one) is None:
                counted = await asyncio.to_thread(self._count, one.at)
                message = digest(one.name, one.brands, self._known, counted, one.at)
                await self._slack.post(one.channel, message)
                log.info("a digest was sent", channel=one.channel, digest=one.name)
                await self._sweep(one)
        except DeliveryError as error:
            log.warning("a digest could not be sent", channel=one.channel, why=str(error))
            return 0 if error.retryable else PAUSE
        except Exception as error:  # noqa: BLE001  the broker may be away: it must not end the app
            log.error("a digest could not be made", channel=one.channel, why=f"{type(error).__name__}: {error}")  # noqa: TRY400
            return PAUSE
        return 2 * LATE

    async def _standing(self, one: Due) -> Receipt | None:
        """Return where a digest stands; where looking is not allowed, rather one too many than none."""
        try:
            return await self._slack.find(one.channel, one.name, one.at)
        except DeliveryError as error:
            if error.retryable:
                raise
            return None

    async def _sweep(self, one: Due) -> None:
        """Where another app posted the same at the same time, leave the first."""
        first = await self._standing(one)
        if first is not None:
            with suppress(DeliveryError):  # the other app sweeps too
                await self._slack.sweep(first, one.name, one.at)
