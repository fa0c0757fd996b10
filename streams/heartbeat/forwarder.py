"""Canary forwarder of a worker: passes canaries from stage to stage, behind the records that came before them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from msgspec.structs import replace

from streams.exactly_once.producer import SendBatch
from streams.heartbeat import canary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from alerts.delivery.undelivered import UndeliveredSummary
    from alerts.notifiers.slack.health import CachedProbe
    from mentions.scorer_port import Scorer
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Sender
    from streams.heartbeat.canary import Canary
    from streams.kafka.topics import Topics

    Process = Callable[[Sequence[KafkaRecord]], Awaitable[None]]

log = structlog.get_logger(__name__)


class CanaryForwarder:
    """Passes canaries from stage to stage, and tells the topic `heartbeats` of each step."""

    def __init__(self, topics: Topics, sender: Sender, scorer: Scorer, slack: CachedProbe | None) -> None:
        """Take what the worker has; without `slack` alerts go to a terminal, and nothing is checked."""
        self._topics = topics
        self._sender = sender
        self._scorer = scorer
        self._slack_probe = slack
        self._checks: set[asyncio.Task[None]] = set()
        self._next_topic: Final = {
            "score": topics.scored.name,
            "watch": topics.signals.name,
            "triage": topics.notifications.name,
        }

    def wrap(self, stage: str, process: Process) -> Process:
        """Return a `process` that also forwards canaries; the agent's own never sees one."""

        async def both(records: Sequence[KafkaRecord]) -> None:
            canaries = [(record, beat) for record in records if (beat := canary.from_headers(record.headers))]
            if not canaries:
                await process(records)
                return
            carriers = {id(record) for record, _ in canaries}
            await process([record for record in records if id(record) not in carriers])
            sends = SendBatch(self._sender)
            for record, beat in canaries:
                await self._forward(sends, stage, record, beat)
            await sends.flush()

        return both

    async def _forward(self, sends: SendBatch, stage: str, record: KafkaRecord, beat: Canary) -> None:
        number = record.partition
        try:
            value = self._next_value(stage, record.value or b"", replace(beat, partition=number))
        except Exception as error:  # noqa: BLE001  a canary that is none must not stop the worker
            log.error("canary lost", stage=stage, partition=number, reason=str(error))  # noqa: TRY400
            return
        await sends.send(self._next_topic[stage], None, value, number, [(canary.HEADER, canary.encode(beat))])
        await self._report(sends, replace(beat, partition=number, stage=stage))

    def _next_value(self, stage: str, value: bytes, beat: Canary) -> bytes:
        if stage == "score":
            return canary.score_canary(value, beat, self._scorer)
        return canary.watch_canary(value) if stage == "watch" else canary.triage_canary(value)

    async def _report(self, sends: SendBatch, beat: Canary) -> None:
        await sends.send(self._topics.heartbeats.name, None, canary.encode(beat), beat.partition)

    def handle(self, record: KafkaRecord, undelivered: UndeliveredSummary) -> bool:
        """Return whether a notification is a canary; if so, check Slack and report in the background.

        The report also says which alerts of the partition are `undelivered`.
        """
        beat = canary.from_headers(record.headers)
        if beat is None:
            return False
        report = replace(beat, partition=record.partition, stage="notify", undelivered=undelivered)
        task = asyncio.create_task(self._check_slack(report))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)
        return True

    async def _check_slack(self, beat: Canary) -> None:
        refused = "" if self._slack_probe is None else await self._slack_probe.error()
        sends = SendBatch(self._sender)
        await self._report(sends, replace(beat, slack_error=refused))
        await sends.flush()

    def stop(self) -> None:
        """End the checks under way; their canaries count as lost."""
        for task in self._checks:
            task.cancel()
