"""Kafka gateway of the Slack app: sends actions and overrides, reads a brand's history and daily figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.brands.wire import encode_brand
from streams.gateway import KafkaGateway
from streams.views.brand_states import read_brand_states
from tocsin.slack_app.digest import daily_figures

if TYPE_CHECKING:
    from config.brands.overrides import BrandWithOverrides
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
