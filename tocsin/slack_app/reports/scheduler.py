"""Schedule of digests, briefs and weekly reports. Each is posted once: the scheduler looks before and after."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import structlog

from alerts.delivery.ports import DeliveryError
from moderation.opening_hours import DAYS
from tocsin.slack_app.reports.brief import BriefFacts, build_brief
from tocsin.slack_app.reports.community_list import KnownCommunity, build_monthly_list
from tocsin.slack_app.reports.digest import HOUR, build_digest
from tocsin.slack_app.reports.weekly import build_weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from alerts.delivery.ports import MessageRef
    from alerts.rendering.message import Message
    from config.brands.model import Brand
    from replay.report.weekly.figures import BrandWeek
    from tocsin.slack_app.reports.digest import DailyFigures
    from tocsin.slack_app.state import AppState

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 5.0
"""Seconds between two looks at the clock."""

MAX_DELAY: Final = 6 * HOUR
"""How late (ms) a digest still is news: the app may have been down."""

RETRY_AFTER: Final = HOUR // 6
"""How long (ms) after a refusal, such as of a channel that does not know the app, it is tried again."""


Kind = Literal["digest", "brief", "weekly", "overview", "community"]


class DigestJob(NamedTuple):
    """A report to post: channel, name (unique per day), instant (ms), brands, and which report it is."""

    channel: str
    name: str
    at: int
    brands: tuple[Brand, ...]
    kind: Kind = "digest"


class Poster(Protocol):
    """The methods of Slack that the scheduler calls."""

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return the first message of that name posted since an instant (ms)."""
        ...

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post a message."""
        ...

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Delete the other messages of that name."""
        ...


def due_jobs(brands: Iterable[Brand], now: int) -> list[DigestJob]:
    """Return the digests that are due; brands with the same channel, time and zone share one."""
    shared: defaultdict[tuple[str, str, str], list[Brand]] = defaultdict(list)
    for brand in brands:
        if brand.digest is not None and brand.slack_channel is not None:
            shared[brand.slack_channel, brand.digest, brand.timezone].append(brand)
    found = []
    for (channel, clock, zone), members in sorted(shared.items()):
        for at, day in _due(clock, zone, now):
            found.append(DigestJob(channel, f"digest {day} {clock} {zone}", at, tuple(members)))
    return found


def due_briefs(brands: Iterable[Brand], now: int) -> list[DigestJob]:
    """Return the briefs that are due: each brand has its own."""
    return [
        DigestJob(channel, f"brief {day} {brand.name}", at, (brand,), "brief")
        for brand in sorted(brands, key=lambda one: one.name)
        if (clock := brand.brief) is not None and (channel := brand.slack_channel) is not None
        for at, day in _due(clock, brand.timezone, now)
    ]


def due_weeklies(brands: Iterable[Brand], now: int) -> list[DigestJob]:
    """Return the weekly reports that are due: brands with the same channel, day, time and zone share one."""
    shared: defaultdict[tuple[Kind, str, str, str], list[Brand]] = defaultdict(list)
    for brand in sorted(brands, key=lambda one: one.name):
        if brand.weekly is not None:
            channels: tuple[tuple[Kind, str | None], ...] = (
                ("weekly", brand.slack_channel),
                ("overview", brand.weekly_overview_channel),
            )
            for kind, channel in channels:
                if channel is not None:
                    shared[kind, channel, brand.weekly, brand.timezone].append(brand)
    found = []
    for (kind, channel, moment, zone), members in sorted(shared.items()):
        weekday, clock = moment.split()
        for at, day in _due(clock, zone, now, DAYS.index(weekday)):
            found.append(DigestJob(channel, f"{kind} {day} {clock} {zone}", at, tuple(members), kind))
    return found


def due_lists(brands: Iterable[Brand], now: int) -> list[DigestJob]:
    """Return the monthly lists that are due: on the first of the month, each brand its own."""
    return [
        DigestJob(channel, f"community {day} {brand.name}", at, (brand,), "community")
        for brand in sorted(brands, key=lambda one: one.name)
        if (clock := brand.community.monthly) is not None and brand.community.enabled
        if (channel := brand.slack_channel) is not None
        for at, day in _due(clock, brand.timezone, now)
        if day.day == 1
    ]


def _due(clock: str, zone: str, now: int, weekday: int | None = None) -> Iterator[tuple[int, date]]:
    """Yield the latest instant (ms) of a time of day, and its day in the zone, unless it is no news any more."""
    at = _latest_occurrence(clock, zone, now, weekday)
    if now - at < MAX_DELAY:
        yield at, datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()


def _latest_occurrence(clock: str, zone: str, now: int, weekday: int | None = None) -> int:
    """Return the latest instant (ms) with this time of day in a time zone, on a day of the week (Monday is 0) or any.

    >>> _latest_occurrence("08:30", "Europe/Paris", 1_795_420_800_000) - 1_795_420_800_000
    -1800000
    """
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    for back in range(9):
        at = datetime.combine(local.date() - timedelta(days=back), time.fromisoformat(clock), local.tzinfo)
        instant = int(at.timestamp() * 1000)
        if instant <= now and weekday in (None, at.weekday()):
            return instant
    raise AssertionError("a time of day comes every day, and a day of the week every week")


class DigestScheduler:
    """Posts each digest once, across restarts and several running apps."""

    def __init__(
        self,
        state: AppState,
        slack: Poster,
        count: Callable[[int], Mapping[str, DailyFigures]],
        now: Callable[[], int],
        facts: Callable[[Iterable[str], int], Mapping[str, BriefFacts]] = lambda *_: {},
        waiting: Callable[[str], Mapping[str, int]] = lambda _: {},
        weeks: Callable[[Sequence[Brand], int], list[BrandWeek]] = lambda *_: [],
        community: Callable[[str], KnownCommunity] = lambda _: KnownCommunity(),
    ) -> None:
        self._state = state
        self._slack = slack
        self._count = count
        self._now = now
        self._facts = facts
        self._waiting = waiting
        self._weeks = weeks
        self._community = community
        self._done: dict[tuple[str, str], int] = {}  # (channel, name) → until when it is left alone, ms

    async def run(self) -> None:
        """Check for due digests until cancelled."""
        await self._state.registry.loaded()
        await self._state.incident_view.loaded()
        while True:
            await self.tick()
            await asyncio.sleep(POLL_SECONDS)

    async def tick(self) -> None:
        """Post the due digests; retry later those that Slack refused."""
        now = self._now()
        self._done = {key: until for key, until in self._done.items() if until > now}
        brands = self._state.registry.brands().values()
        due = (due_jobs, due_briefs, due_weeklies, due_lists)
        for one in (job for find in due for job in find(brands, now)):
            if (one.channel, one.name) not in self._done:
                self._done[one.channel, one.name] = now + await self._send(one)

    async def _send(self, one: DigestJob) -> int:
        """Post a digest that is not posted yet; return for how long (ms) to leave it alone."""
        try:
            if await self._find_posted(one) is None:
                await self._slack.post(one.channel, await self._message(one))
                log.info("digest posted", channel=one.channel, digest=one.name)
                await self._delete_duplicates(one)
        except DeliveryError as error:
            log.warning("digest not posted", channel=one.channel, reason=str(error))
            return 0 if error.retryable else RETRY_AFTER
        except Exception as error:  # noqa: BLE001  the broker may be away: it must not end the app
            log.error("digest failed", channel=one.channel, reason=f"{type(error).__name__}: {error}")  # noqa: TRY400
            return RETRY_AFTER
        return 2 * MAX_DELAY

    async def _message(self, one: DigestJob) -> Message:
        if one.kind in ("weekly", "overview"):
            weeks = await asyncio.to_thread(self._weeks, one.brands, one.at)
            return build_weekly(one.name, weeks, overview=one.kind == "overview")
        if one.kind == "digest":
            counted = await asyncio.to_thread(self._count, one.at)
            return build_digest(one.name, one.brands, self._state, counted, one.at)
        (brand,) = one.brands
        if one.kind == "community":
            known = await asyncio.to_thread(self._community, brand.name)
            return build_monthly_list(one.name, brand, known)
        facts = (await asyncio.to_thread(self._facts, [brand.name], one.at)).get(brand.name, BriefFacts())
        incidents = [*self._state.incident_view.incidents.values()]
        waiting = self._waiting(brand.name)
        return await asyncio.to_thread(build_brief, one.name, brand, facts, incidents, waiting, one.at)

    async def _find_posted(self, one: DigestJob) -> MessageRef | None:
        """Return where the digest was posted. Without the right to look, None: a duplicate is better than no digest."""
        try:
            return await self._slack.find(one.channel, one.name, one.at)
        except DeliveryError as error:
            if error.retryable:
                raise
            return None

    async def _delete_duplicates(self, one: DigestJob) -> None:
        """Keep the first digest where another app posted the same one at the same time."""
        first = await self._find_posted(one)
        if first is not None:
            with suppress(DeliveryError):  # the other app sweeps too
                await self._slack.delete_duplicates(first, one.name, one.at)
