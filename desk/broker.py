"""How does the Slack app reach Kafka? Acts and overrides go out, a brand's past and its counts come in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Self

from aiokafka import AIOKafkaProducer

from alerts.incident import encode
from config.wire import encode_brand
from desk.digest import figures
from streams.recording import scores
from streams.states import watched

if TYPE_CHECKING:
    from alerts.incident import Action
    from config.override import Governed
    from desk.digest import Figures
    from mentions.scored import Batch, Tick
    from streams.connection import Connection
    from streams.topics import Topics


class Broker:
    """A producer, and what is read when it is asked for. Use it as a context."""

    def __init__(self, connection: Connection, topics: Topics) -> None:
        self._connection = connection
        self._topics = topics
        self._producer = AIOKafkaProducer(
            **connection.aiokafka(), acks="all", enable_idempotence=not connection.embedded
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(Exception):
            await self._producer.stop()

    async def send(self, action: Action) -> None:
        """Pass an act on; return once it is kept."""
        await self._producer.send_and_wait(self._topics.actions.name, encode(action), key=action.brand.encode())

    async def apply(self, governed: Governed) -> None:
        """Let a configuration with its overrides govern a brand; return once it is kept."""
        record, name = encode_brand(governed.brand, governed.overrides), governed.brand.name
        await self._producer.send_and_wait(self._topics.brands.name, record, key=name.encode())

    def past(self, brand: str, since: int, until: int) -> list[Batch | Tick]:
        """Return what was watched of a brand in a period (ms). Blocks."""
        return scores(self._connection, self._topics, brand, since, until)

    def count(self, until: int) -> dict[str, Figures]:
        """Return the figures of each brand for the day before an instant (ms). Blocks."""
        states, _ = watched(self._connection, self._topics)
        return {name: figures(state, until) for name, state in states.items()}
