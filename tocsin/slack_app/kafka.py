"""Kafka gateway of the Slack app: sends actions and overrides, reads a brand's history and daily figures."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from community.notes import decode as decode_note
from community.notes import read_key
from config.brands.wire import encode_brand
from detectors.model.signal import Signal
from detectors.model.signal import decode as decode_signal
from replay.report.weekly.figures import HOUR, WEEK, brand_week, week_volumes
from streams.community.views import ledgers_of
from streams.gateway import KafkaGateway
from streams.kafka import reader
from streams.listening.health import decode
from streams.views.brand_states import read_brand_states
from tocsin.slack_app.reports.brief import BriefFacts, brief_facts
from tocsin.slack_app.reports.community_list import KnownCommunity
from tocsin.slack_app.reports.digest import daily_figures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from alerts.incidents.model import Incident
    from community.notes import Note
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from moderation.model import Item
    from replay.report.weekly.figures import BrandWeek
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics
    from tocsin.slack_app.reports.digest import DailyFigures


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

    def weeks(
        self, brands: Sequence[Brand], incidents: Collection[Incident], items: Collection[Item], until: int
    ) -> list[BrandWeek]:
        """Return the week of each brand before an instant (ms). Blocks."""
        return read_weeks(self._connection, self._topics, brands, (incidents, items), until)

    def community(self, brand: str) -> KnownCommunity:
        """Return what is kept of a brand's authors. Blocks."""
        ledgers = ledgers_of(brand, reader.latest(self._connection, self._topics.community.name).items())
        notes: dict[str, Note] = {}
        for key, raw in reader.latest(self._connection, self._topics.community_notes.name).items():
            of, author = read_key(key)
            with suppress(msgspec.DecodeError):
                notes |= {author: decode_note(raw)} if of == brand else {}
        return KnownCommunity(ledgers, notes)

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


def read_weeks(
    connection: Connection,
    topics: Topics,
    brands: Sequence[Brand],
    known: tuple[Collection[Incident], Collection[Item]],
    until: int,
) -> list[BrandWeek]:
    """Return the week of each brand before an instant (ms). Blocks.

    Args:
        connection: to Kafka.
        topics: of the installation.
        brands: as configured.
        known: the incidents and the moderation items there are.
        until: the instant (ms).

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    states, _ = read_brand_states(connection, topics)
    names = {brand.name for brand in brands}
    signals: defaultdict[str, list[Signal]] = defaultdict(list)
    for record in reader.between(connection, topics.signals.name, until - 2 * WEEK, until + HOUR):
        if record.key is None or record.key.decode(errors="replace") not in names:
            continue  # a watermark, or another brand's: not worth the decoding
        with suppress(msgspec.DecodeError):
            found = decode_signal(record.value or b"")
            if isinstance(found, Signal):
                signals[found.brand].append(found)
    volumes = {name: week_volumes(state, until) for name, state in states.items()}
    return [brand_week(brand, volumes, signals[brand.name], *known, until) for brand in brands]
