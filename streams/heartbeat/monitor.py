"""Heartbeat monitor: reports an outage outside Slack when canaries stop coming through the workers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import aiohttp
import structlog
from prometheus_client import Counter, Gauge

from alerts.delivery import heartbeat as pulses
from alerts.delivery.external_sender import ExternalSender
from alerts.delivery.heartbeat import HeartbeatState
from alerts.delivery.ports import DeliveryError
from streams.exactly_once.completion import CompletionLatch
from streams.heartbeat.prober import CanaryNotSentError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from alerts.delivery.external_alert import ExternalAlert, ExternalNotifier
    from alerts.delivery.heartbeat import Outage
    from alerts.oncall.escalation_targets import ExternalTarget
    from detectors.model.signal_text import Language
    from streams.heartbeat.outage_store import OutageStore
    from streams.heartbeat.prober import CanaryProber

log = structlog.get_logger(__name__)

UP = Gauge("tocsin_heartbeat_up", "1 while canaries come through on every partition, 0 during an outage")
LAG = Gauge("tocsin_heartbeat_lag_seconds", "Age of the latest canary that came through, on the worst partition")
ROUND_TRIP = Gauge(
    "tocsin_heartbeat_round_trip_seconds", "From the latest canary's sending to its check in Slack", ["partition"]
)
OUTAGES = Counter("tocsin_heartbeat_outages_total", "Outages begun")
UNDELIVERED = Gauge("tocsin_heartbeat_undelivered_alerts", "Alerts that their receivers do not take")
PINGS = Counter("tocsin_heartbeat_ping_failures_total", "Pings of the dead man's switch that failed")

EVALUATION_INTERVAL: Final = 0.5
"""Seconds between two evaluations of the heartbeat."""

NO_ACKS: Final = (
    "no canary was acknowledged: is Kafka running, is TOCSIN_BROKERS right, have the workers created the topics?"
)

PING_TIMEOUT: Final = aiohttp.ClientTimeout(total=10.0)


class OutageNotifier:
    """Reports outages to the targets outside Slack: each alert once, in order, across restarts."""

    def __init__(
        self,
        channels: Mapping[str, ExternalNotifier],
        targets: Sequence[ExternalTarget],
        outages: OutageStore,
        name: str = pulses.NAME,
        language: Language = "en",
    ) -> None:
        """Take the notifiers by channel, the targets, the stored outage, the installation's name, and a language."""
        self.language = language
        self._name = name
        self._relay = ExternalSender(channels, outages)
        self._targets = targets
        self._store = outages

    def resend_pending(self) -> None:
        """Send the alerts that the last process did not."""
        for alarm in self._store.pending:
            self._submit(alarm)

    def notify(self, outage: Outage, at: int, *, over: bool) -> None:
        """Report that an outage has begun or is over."""
        alarm = pulses.outage_alert(outage, "resolve" if over else "trigger", at, self._name, self.language)
        log.warning("outage resolved" if over else "outage detected", reason=outage.reason)
        self._store.record(None if over else outage, alarm if self._targets else None)
        self._submit(alarm)

    def _submit(self, alarm: ExternalAlert) -> None:
        with CompletionLatch(lambda: self._store.mark_sent(alarm)) as latch:
            for target in self._targets:
                self._relay.submit(alarm, target, latch.part())

    async def stop(self) -> None:
        """Stop sending: the next process sends the rest."""
        await self._relay.stop()


async def send_test_alert(
    channels: Mapping[str, ExternalNotifier],
    targets: Sequence[ExternalTarget],
    duration: float,
    language: Language = "en",
) -> list[str]:
    """Send a test alert to every target, resolve it after `duration` (s), and return the targets that failed."""
    at, missed = _now(), list[str]()
    for event in ("trigger", "resolve"):
        for target in targets:
            try:
                await channels[target.notifier].send(pulses.build_test_alert(event, at, language), target.address)
            except DeliveryError as error:
                missed.append(f"{target.notifier} {target.address}".strip() + f": {error}")
        await asyncio.sleep(duration if event == "trigger" else 0)
    return list(dict.fromkeys(missed))


class HeartbeatMonitor:
    """Sends canaries, reads their acknowledgements, and reports an outage when they stop coming."""

    def __init__(self, prober: CanaryProber, interval: float, timeout: float, outage: Outage | None = None) -> None:
        """Take the interval of canaries and the time one may take (s), and the outage stored by the last process."""
        self._prober = prober
        self._interval = interval
        self._timeout_ms = round(timeout * 1000)
        self._sent_at = 0
        self._all_through = asyncio.Event()  # a canary came through on every partition
        self.state = HeartbeatState(_now(), outage=outage)

    async def run(self, notifier: OutageNotifier, ping_url: str) -> None:
        """Send canaries and evaluate them until cancelled."""
        notifier.resend_pending()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read_acks())
                group.create_task(self._repeat(self._send_canaries))
                group.create_task(self._evaluate(notifier))
                if ping_url:
                    group.create_task(self._repeat(lambda: self._ping(ping_url)))
        finally:
            await notifier.stop()
            await self._prober.close()

    async def check_once(self) -> str:
        """Send canaries once; return what is wrong, "" as soon as every canary has come through."""
        listening = asyncio.create_task(self._read_acks())
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                await self._prober.listening.wait()
                await self._send_canaries()
                await self._all_through.wait()
        except TimeoutError:
            return pulses.diagnose(self.state, self._sent_at + self._timeout_ms, self._timeout_ms) or NO_ACKS
        finally:
            listening.cancel()
            await self._prober.close()
        return pulses.diagnose(self.state, _now(), self._timeout_ms)

    async def _repeat(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            started = time.monotonic()
            await act()
            await asyncio.sleep(max(0.0, started + self._interval - time.monotonic()))

    async def _send_canaries(self) -> None:
        why = ""
        try:
            partitions = await self._prober.partitions()
            at = self._sent_at = _now()
            self.state = pulses.ensure_partitions(self.state, partitions, at)  # before any answer comes
            await self._prober.send(at, partitions)
        except CanaryNotSentError as error:
            why = str(error)
            log.warning("canaries not sent", reason=why)
        self.state = pulses.on_sent(self.state, why)

    async def _read_acks(self) -> None:
        async for beat in self._prober.acks():
            self.state = pulses.on_ack(
                self.state, beat.partition, beat.sent_at, beat.stage, beat.slack_error, beat.undelivered
            )
            if beat.stage == pulses.STAGES[-1] and not beat.slack_error:
                ROUND_TRIP.labels(str(beat.partition)).set((_now() - beat.sent_at) / 1000)
            if self.state.healthy:
                self._all_through.set()

    async def _evaluate(self, town: OutageNotifier) -> None:
        looked_at = _now()
        while True:
            await asyncio.sleep(EVALUATION_INTERVAL)
            at = _now()
            if at - looked_at > self._timeout_ms / 2:
                log.warning("heartbeat paused", seconds=(at - looked_at) / 1000)
                self.state = pulses.on_resume(self.state, at)
            looked_at = at
            self.state, outage = pulses.evaluate(self.state, at, self._timeout_ms, town.language)
            if outage is not None:
                OUTAGES.inc(self.state.outage is not None)
                town.notify(outage, at, over=self.state.outage is None)
            UP.set(self.state.outage is None)
            UNDELIVERED.set(pulses.undelivered(self.state).count)
            LAG.set((pulses.success_age(self.state, at) or 0) / 1000)

    async def _ping(self, url: str) -> None:
        if self.state.outage is None and self.state.healthy_since is not None:
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
        log.warning("dead man's switch ping failed", reason=type(error).__name__)


_STARTED: Final = time.time_ns() - time.monotonic_ns()


def _now() -> int:
    """Return the wall clock (ms) as set when the process started: a clock that is corrected is no outage."""
    return (_STARTED + time.monotonic_ns()) // 1_000_000
