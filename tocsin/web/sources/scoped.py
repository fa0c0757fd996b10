"""Data source as one person sees it: their brands, the incidents of these, and nothing of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.web.access import may, sees_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.delivery.ports import MessageRef
    from alerts.delivery.undelivered import Undelivered
    from alerts.incidents.model import Action, Incident
    from alerts.incidents.silences import Silence
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from mentions.model.batches import Batch, Tick
    from streams.listening.health import SourceHealth
    from tocsin.web.session import Session
    from tocsin.web.sources.data_source import DataSource
    from tocsin.web.sources.rate_counter import RateSeries


class ScopedDataSource:
    """The part of a data source that a session may see. An incident of several brands needs a view of all of them."""

    def __init__(self, source: DataSource, session: Session) -> None:
        self._source = source
        self.live = source.live
        self._brands = {name: one for name, one in source.brands().items() if may(session, one.brand, "view")}

    def now(self) -> int:
        """Return the source's time."""
        return self._source.now()

    def brands(self) -> Mapping[str, BrandWithOverrides]:
        """Return the brands that may be seen."""
        return self._brands

    def incidents(self) -> Mapping[str, Incident]:
        """Return the incidents of these brands alone."""
        known = self._source.incidents().items()
        return {key: one for key, one in known if all(name in self._brands for name in one.all_brands)}

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return where an incident's message is."""
        return self._source.message_ref(incident)

    def undelivered(self) -> Sequence[Undelivered]:
        """Return the undelivered alerts of these brands."""
        return [one for one in self._source.undelivered() if one.brand in self._brands]

    def names(self) -> Mapping[str, str]:
        """Return the names of people and groups."""
        return self._source.names()

    def silences(self, brand: str) -> Sequence[Silence]:
        """Return the active silences of one of these brands."""
        return self._source.silences(brand) if brand in self._brands else ()

    def rate_series(self, brand: str) -> RateSeries:
        """Return the mentions of the brand's last hours."""
        return self._source.rate_series(brand)

    def expected_rate(self, brand: str) -> float | None:
        """Return the expected mentions per five minutes."""
        return self._source.expected_rate(brand)

    def sources(self) -> Sequence[SourceHealth]:
        """Return the health of the sources that are these brands' alone."""
        return [one for one in self._source.sources() if one.brands and set(one.brands) <= self._brands.keys()]

    async def send(self, action: Action) -> None:
        """Send an action."""
        await self._source.send(action)

    async def apply(self, brand: Brand) -> None:
        """Put a brand's configuration in force."""
        await self._source.apply(brand)

    def read_scored(self, brand: str, since: int, until: int) -> Sequence[Batch | Tick]:
        """Return a brand's scored history."""
        return self._source.read_scored(brand, since, until)


def visible(source: DataSource, session: Session) -> DataSource:
    """Return a data source as a session may see it."""
    return source if sees_all(session, source.brands()) else ScopedDataSource(source, session)
