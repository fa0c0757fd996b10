"""Acting service: carries decisions out a minute after they were made, and records what came of it.

Several processes may run. Who does it is decided by the topic: a process first says that it is about to, and does it
only if its record was the first; one that dies in between is followed by another after two minutes. What failed for
the moment is tried again for a day.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

import structlog
from aiokafka.errors import KafkaError

from alerts.delivery.ports import DeliveryError
from moderation.model import ACT_MS, Acted
from streams.clock import wall_ms
from streams.moderation.acting.actor import GIVEN_UP, is_due
from streams.moderation.acting.discourse import Discourse
from streams.moderation.acting.facebook import Facebook
from streams.moderation.acting.webhook import DecisionWebhook
from streams.moderation.queue_view import QueueView, SubmitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.settings import Settings
    from moderation.model import ActResult, Item
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from streams.moderation.acting.actor import Actor
    from streams.moderation.queue_view import ModerationQueue

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 2.0


def actors_of(settings: Settings) -> list[Actor]:
    """Return the actors that the environment configures; none without a token."""
    found: list[Actor] = []
    if url := settings.moderation_webhook_url.get_secret_value():
        found.append(DecisionWebhook(url, settings.moderation_webhook_secret.get_secret_value()))
    if key := settings.discourse_key.get_secret_value():
        found.append(Discourse(settings.discourse_url, key, settings.discourse_user))
    if token := settings.facebook_token.get_secret_value():
        found.append(Facebook(settings.facebook_url, token))
    return found


async def follow_and_act(connection: Connection, topics: Topics, partitions: int, actors: Sequence[Actor]) -> None:
    """Carry out the decisions of an installation until cancelled.

    Raises:
        KafkaError: no broker takes a producer.
    """
    async with QueueView(connection, topics, partitions) as view, asyncio.TaskGroup() as group:
        group.create_task(view.follow())
        await view.loaded()
        log.info("moderation acts elsewhere", targets=[actor.name for actor in actors])
        await ActingService(view, actors, wall_ms).run()


class ActingService:
    """Carries out the decisions of a queue."""

    def __init__(self, queue: ModerationQueue, actors: Sequence[Actor], now: Callable[[], int]) -> None:
        self._queue = queue
        self._actors = actors
        self._now = now
        self._me = f"acting-{secrets.token_hex(4)}"

    async def run(self) -> None:
        """Carry decisions out until cancelled; the queue is loaded."""
        while True:
            await self.tick()
            await asyncio.sleep(POLL_SECONDS)

    async def tick(self) -> None:
        """Carry out what is due."""
        now = self._now()
        items = [*self._queue.queue.items()]
        due = [(item, actor) for item in items for actor in self._actors if is_due(item, actor, now)]
        for item, actor in due:
            try:
                await self._carry_out(item, actor)
            except (KafkaError, SubmitError) as error:
                log.warning("moderation act not recorded", item=item.id, target=actor.name, reason=str(error))

    async def _carry_out(self, item: Item, actor: Actor) -> None:
        if await self._record(item, actor, "started", ""):
            return  # another process does it
        try:
            why = await actor.act(item)
        except DeliveryError as error:
            last = self._now() + ACT_MS >= item.decided_at + GIVEN_UP
            log.warning("moderation act failed", item=item.id, target=actor.name, reason=str(error))
            if error.retryable and not last:
                return
            await self._record(item, actor, "failed", str(error))
            return
        await self._record(item, actor, "done", why)

    async def _record(self, item: Item, actor: Actor, result: ActResult, why: str) -> str:
        """Record how far an act is; return why that changed nothing, or ""."""
        at = self._now()
        key = f"act:{item.id}:{actor.name}:{item.decided_at}:{result}:{self._me}:{at}"
        record = Acted(
            id=key,
            item=item.id,
            at=at,
            by=self._me,
            target=actor.name,
            decided_at=item.decided_at,
            result=result,
            why=why,
        )
        return await self._queue.submit(record)
