"""Kafka gateway of the Slack app and the web pages: sends people's actions, reads a brand's scored mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.incidents.model import encode
from streams.kafka.producer_session import ProducerSession
from streams.recording.capture import read_scored

if TYPE_CHECKING:
    from alerts.incidents.model import Action
    from mentions.model.batches import Batch, Tick
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics


class KafkaGateway(ProducerSession):
    """A producer of acts, and the past when it is asked for. Use it as a context, made within a running event loop."""

    def __init__(self, connection: Connection, topics: Topics) -> None:
        super().__init__(connection)
        self._connection = connection
        self._topics = topics

    async def send(self, action: Action) -> None:
        """Pass an act on; return once it is kept."""
        await self.producer.send_and_wait(self._topics.actions.name, encode(action), key=action.brand.encode())

    def read_scored(self, brand: str, since: int, until: int) -> list[Batch | Tick]:
        """Return what was watched of a brand in a period (ms). Blocks."""
        return read_scored(self._connection, self._topics, brand, since, until)
