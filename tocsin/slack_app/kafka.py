"""How does the Slack app reach Kafka? Acts and overrides go out, a brand's past and its counts come in."""

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
    """A producer, and what is read when it is asked for. Use it as a context."""

    async def publish_overrides(self, governed: BrandWithOverrides) -> None:
        """Let a configuration with its overrides govern a brand; return once it is kept."""
        record, name = encode_brand(governed.brand, governed.overrides), governed.brand.name
        await self._producer.send_and_wait(self._topics.brands.name, record, key=name.encode())

    def daily_figures(self, until: int) -> dict[str, DailyFigures]:
        """Return the figures of each brand for the day before an instant (ms). Blocks."""
        states, _ = read_brand_states(self._connection, self._topics)
        return {name: daily_figures(state, until) for name, state in states.items()}
