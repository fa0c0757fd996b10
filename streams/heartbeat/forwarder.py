"""How does a worker pass canary mentions on? Beside each stage's records, once what came before them is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from msgspec.structs import replace

from streams.exactly_once.producer import Outgoing
from streams.heartbeat import canary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from faust.types import EventT

    from alerts.notifiers.slack.health import Shared
    from mentions.scorer_port import Scorer
    from streams.exactly_once.producer import Sender
    from streams.heartbeat.canary import Beat
    from streams.kafka.topics import Topics

    Process = Callable[[Sequence[EventT[Any]]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Beating:
    """Passes canaries from stage to stage, and tells the topic `heartbeats` of each step."""

    def __init__(self, topics: Topics, sender: Sender, scorer: Scorer, slack: Shared | None) -> None:
        """Take what the worker has; without `slack` alerts go to a terminal, and nothing is checked."""
        self._topics = topics
        self._sender = sender
        self._scorer = scorer
        self._slack = slack
        self._checks: set[asyncio.Task[None]] = set()
        self._next: Final = {
            "score": topics.scored.name,
            "watch": topics.signals.name,
            "triage": topics.notifications.name,
        }

    def beside(self, stage: str, process: Process) -> Process:
        """Return a `process` that also passes canaries on; the stage's own never sees one."""

        async def both(events: Sequence[EventT[Any]]) -> None:
            beats = {id(event): beat for event in events if (beat := canary.beat_of(event.message.headers))}
            await process([event for event in events if id(event) not in beats])
            outgoing = Outgoing(self._sender)
            for event in events:
                if id(event) in beats:
                    await self._pass_on(outgoing, stage, event, beats[id(event)])
            await outgoing.settled()

        return both

    async def _pass_on(self, outgoing: Outgoing, stage: str, event: EventT[Any], beat: Beat) -> None:
        number = event.message.partition
        try:
            value = self._judge(stage, event.message.value or b"", replace(beat, partition=number))
        except Exception as error:  # noqa: BLE001  a canary that is none must not stop the worker
            log.error("a canary was lost", stage=stage, partition=number, why=str(error))  # noqa: TRY400
            return
        await outgoing.send(self._next[stage], None, value, number, [(canary.HEADER, canary.encode(beat))])
        await self._report(outgoing, replace(beat, partition=number, stage=stage))

    def _judge(self, stage: str, value: bytes, beat: Beat) -> bytes:
        if stage == "score":
            return canary.scored(value, beat, self._scorer)
        return canary.watched(value) if stage == "watch" else canary.triaged(value)

    async def _report(self, outgoing: Outgoing, beat: Beat) -> None:
        await outgoing.send(self._topics.heartbeats.name, None, canary.encode(beat), beat.partition)

    def answered(self, event: EventT[Any]) -> bool:
        """Tell whether a notification is a canary; if so Slack is asked, and the answer told, in a while."""
        beat = canary.beat_of(event.message.headers)
        if beat is None:
            return False
        task = asyncio.create_task(self._answer(replace(beat, partition=event.message.partition, stage="notify")))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)
        return True

    async def _answer(self, beat: Beat) -> None:
        refused = "" if self._slack is None else await self._slack.refused()
        outgoing = Outgoing(self._sender)
        await self._report(outgoing, replace(beat, refused=refused))
        await outgoing.settled()
