"""Kafka gateway of the Slack app: sends actions and overrides, reads a brand's history and daily figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.brands.wire import encode_brand
from streams.gateway import KafkaGateway
from streams.kafka import reader
from streams.listening.health import decode
from streams.views.brand_states import read_brand_states
from tocsin.slack_app.brief import BriefFacts, brief_facts
from tocsin.slack_app.digest import daily_figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.brands.overrides import BrandWithOverrides
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from tocsin.slack_app.digest import DailyFigures


class SlackAppGateway(KafkaGateway):
    """Kafka gateway of the Slack app. Use it as a context manager."""

    async def publish_overrides(self, configured: BrandWithOverrides) -> None:
        """Publish a brand's configuration with its overrides; return once Kafka has stored it."""
        record, name = encode_brand(configured.brand, configured.overrides), configured.brand.name
        await self.producer.send_and_wait(self._topics.brands.name, record, key=name.encode())

    def daily_figures(self, until: int) -> dict[str, DailyFigures]:
        """Return the figures of each brand for the day before an instant (ms). Blocks."""
        states, _ = read_brand_states(self._connection, self._topics)
        return {name: daily_figures(state, until) for name, state in states.items()}

    def brief_facts(self, brands: Iterable[str], until: int) -> dict[str, BriefFacts]:
        """Return what the states and the sources of brands say for a brief at an instant (ms). Blocks."""
        return read_facts(self._connection, self._topics, brands, until)


def read_facts(connection: Connection, topics: Topics, brands: Iterable[str], until: int) -> dict[str, BriefFacts]:
    """Return what the states and the sources of brands say for a brief at an instant (ms). Blocks.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    states, _ = read_brand_states(connection, topics)
    health = map(decode, reader.latest(connection, topics.source_health.name).values())
    sources = [one.seen_at(until) for one in health if one is not None]
    return {name: brief_facts(states.get(name), sources, name, until) for name in brands}
