"""Is somebody told when alerts can no longer get through? A small process of its own, beside the workers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import aiohttp
import structlog
from prometheus_client import Counter, Gauge

from alerts.delivery import heartbeat as pulses
from alerts.delivery.external_sender import Relay
from alerts.delivery.heartbeat import Pulse
from alerts.delivery.ports import DeliveryError
from streams.agents.external_escalation import Countdown
from streams.heartbeat.prober import UnsentError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from alerts.delivery.external_alert import Alarm, Channel
    from alerts.delivery.heartbeat import Outage
    from alerts.oncall.escalation_targets import Target
    from detectors.model.text import Language
    from streams.heartbeat.outage_store import Outages
    from streams.heartbeat.prober import Canaries

log = structlog.get_logger(__name__)

UP = Gauge("tocsin_heartbeat_up", "1 while canaries come through on every partition, 0 during an outage")
LAG = Gauge("tocsin_heartbeat_lag_seconds", "Age of the latest canary that came through, on the worst partition")
WAY = Gauge("tocsin_heartbeat_way_seconds", "From the latest canary's sending to its check in Slack", ["partition"])
OUTAGES = Counter("tocsin_heartbeat_outages_total", "Outages begun")
PINGS = Counter("tocsin_heartbeat_ping_failures_total", "Pings of the dead man's switch that failed")

GLANCE: Final = 0.5
"""Seconds between two looks at the pulse."""

NOT_HEARD: Final = (
    "the broker cannot be heard: is Kafka running, is TOCSIN_BROKERS right, have workers made the topics?"
)

PING_TIMEOUT: Final = aiohttp.ClientTimeout(total=10.0)


class Town:
    """Everybody outside Slack who is told of an outage: each alarm once, over restarts, in order."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        targets: Sequence[Target],
        outages: Outages,
        name: str = pulses.NAME,
        language: Language = "en",
    ) -> None:
        """Take the ways out, whom to tell, what is remembered, what the installation is called, and a language."""
        self.language = language
        self._name = name
        self._relay = Relay(channels, outages)
        self._targets = targets
        self._outages = outages

    def resume(self) -> None:
        """Tell what was not told before this process began."""
        for alarm in self._outages.untold:
            self._submit(alarm)

    def tell(self, outage: Outage, at: int, *, over: bool) -> None:
        """Tell that an outage has begun, or is over."""
        alarm = pulses.alarm(outage, "resolve" if over else "trigger", at, self._name, self.language)
        log.warning(alarm.text)
        self._outages.note(None if over else outage, alarm if self._targets else None)
        self._submit(alarm)

    def _submit(self, alarm: Alarm) -> None:
        taken = Countdown(len(self._targets), lambda: self._outages.told(alarm))
        for target in self._targets:
            self._relay.submit(alarm, target, taken)

    async def abandon(self) -> None:
        """Stop; what is not told is told by the next process."""
        await self._relay.abandon()


async def drill(
    channels: Mapping[str, Channel], targets: Sequence[Target], lasting: float, language: Language = "en"
) -> list[str]:
    """Tell everybody outside Slack of a drill, and after so many seconds that it is over; return who was missed."""
    at, missed = _now(), list[str]()
    for event in ("trigger", "resolve"):
        for target in targets:
            try:
                await channels[target.channel].send(pulses.drill(event, at, language), target.address)
            except DeliveryError as error:
                missed.append(f"{target.channel} {target.address}".strip() + f": {error}")
        await asyncio.sleep(lasting if event == "trigger" else 0)
    return list(dict.fromkeys(missed))


class Heartbeat:
    """Sends canaries, hears the answers, and tells the town when they stay away."""

    def __init__(self, canaries: Canaries, every: float, within: float, outage: Outage | None = None) -> None:
        """Take how often to beat and how long a canary may take (s), and the outage that was at hand before."""
        self._canaries = canaries
        self._every = every
        self._limit = round(within * 1000)
        self._sent_at = 0
        self._whole = asyncio.Event()  # a canary came through on every partition
        self.pulse = Pulse(_now(), outage=outage)

    async def run(self, town: Town, ping_url: str) -> None:
        """Beat until cancelled."""
        town.resume()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._now_and_then(self._beat))
                group.create_task(self._judge(town))
                if ping_url:
                    group.create_task(self._now_and_then(lambda: self._ping(ping_url)))
        finally:
            await town.abandon()
            await self._canaries.close()

    async def once(self) -> str:
        """Beat once; return what is wrong, "" as soon as every canary has come through."""
        listening = asyncio.create_task(self._listen())
        try:
            async with asyncio.timeout(self._limit / 1000):
                await self._canaries.listening.wait()
                await self._beat()
                await self._whole.wait()
        except TimeoutError:
            return pulses.trouble(self.pulse, self._sent_at + self._limit, self._limit) or NOT_HEARD
        finally:
            listening.cancel()
            await self._canaries.close()
        return ""

    async def _now_and_then(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            started = time.monotonic()
            await act()
            await asyncio.sleep(max(0.0, started + self._every - time.monotonic()))

    async def _beat(self) -> None:
        why = ""
        try:
            partitions = await self._canaries.partitions()
            at = self._sent_at = _now()
            self.pulse = pulses.met(self.pulse, partitions, at)  # before any answer comes
            await self._canaries.send(at, partitions)
        except UnsentError as error:
            why = str(error)
            log.warning("canaries could not be sent", why=why)
        self.pulse = pulses.sent(self.pulse, why)

    async def _listen(self) -> None:
        async for beat in self._canaries.answers():
            self.pulse = pulses.heard(self.pulse, beat.partition, beat.sent_at, beat.stage, beat.refused)
            if beat.stage == pulses.STAGES[-1] and not beat.refused:
                WAY.labels(str(beat.partition)).set((_now() - beat.sent_at) / 1000)
            if self.pulse.beats:
                self._whole.set()

    async def _judge(self, town: Town) -> None:
        looked_at = _now()
        while True:
            await asyncio.sleep(GLANCE)
            at = _now()
            if at - looked_at > self._limit / 2:
                log.warning("the heartbeat itself was held up", seconds=(at - looked_at) / 1000)
                self.pulse = pulses.woken(self.pulse, at)
            looked_at = at
            self.pulse, outage = pulses.step(self.pulse, at, self._limit, town.language)
            if outage is not None:
                OUTAGES.inc(self.pulse.outage is not None)
                town.tell(outage, at, over=self.pulse.outage is None)
            UP.set(self.pulse.outage is None)
            LAG.set((pulses.lag(self.pulse, at) or 0) / 1000)

    async def _ping(self, url: str) -> None:
        if self.pulse.outage is None and self.pulse.beating_since is not None:
            await ping(url)


async def ping(url: str) -> None:
    """Fetch the address of a dead man's switch; it is a secret, so no failure names it."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PING_TIMEOUT) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            answer.raise_for_status()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        PINGS.inc()
        log.warning("the dead man's switch could not be pinged", why=type(error).__name__)


_STARTED: Final = time.time_ns() - time.monotonic_ns()


def _now() -> int:
    """Return the wall clock (ms) as it was set when the process began: a clock that is put right is no outage."""
    return (_STARTED + time.monotonic_ns()) // 1_000_000
