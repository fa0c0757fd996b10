"""Data source of the pages: the port that Kafka and a recording implement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from alerts.incidents.model import rank
from alerts.oncall.schedule import on_call
from config.brands.on_call import on_call_users
from detectors.stats.baseline import learn
from detectors.windows.buckets import MENTIONS
from tocsin.web.sources.rate_counter import BAR_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.delivery.ports import MessageRef
    from alerts.delivery.undelivered import Undelivered
    from alerts.incidents.model import Action, Incident
    from alerts.incidents.silences import Silence
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from detectors.engine.state import State
    from detectors.model.learning import Learning
    from mentions.model.batches import Batch, Tick
    from streams.listening.health import SourceHealth
    from tocsin.web.sources.rate_counter import RateSeries

_HOUR: Final = 3_600_000


class DataSource(Protocol):
    """What the pages show. Instants in ms."""

    live: bool  # else a recording

    def now(self) -> int:
        """Return the source's time."""
        ...

    def brands(self) -> Mapping[str, BrandWithOverrides]:
        """Return the brands with their overrides, by name."""
        ...

    def incidents(self) -> Mapping[str, Incident]:
        """Return the latest state of each incident, by id."""
        ...

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return where an incident's message is, if there is one."""
        ...

    def undelivered(self) -> Sequence[Undelivered]:
        """Return the alerts that their receivers do not take, the oldest first."""
        ...

    def names(self) -> Mapping[str, str]:
        """Return the names of people and user groups that are known, by Slack id."""
        ...

    def silences(self, brand: str) -> Sequence[Silence]:
        """Return the active silences."""
        ...

    def rate_series(self, brand: str) -> RateSeries:
        """Return the mentions of the brand's last hours."""
        ...

    def expected_rate(self, brand: str) -> float | None:
        """Return the expected mentions per five minutes at this hour; None with too little history."""
        ...

    def sources(self) -> Sequence[SourceHealth]:
        """Return the health of the sources that `tocsin listen` reads, by name."""
        ...

    async def send(self, action: Action) -> None:
        """Send an action; return once it is stored."""
        ...

    async def apply(self, brand: Brand) -> None:
        """Put a brand's configuration in force, as `tocsin config apply` does; its overrides stay.

        Raises:
            ConfigError: its calendar has to be fetched first.
        """
        ...

    def read_scored(self, brand: str, since: int, until: int) -> Sequence[Batch | Tick]:
        """Return a brand's scored history. Blocks."""
        ...


def expected_rate(state: State, learning: Learning, at: int) -> float | None:
    """Return the expected mentions of a bar at an instant; None with too little history."""
    usual = learn(state.hours, at // _HOUR, learning)
    return usual.expected(MENTIONS, 60) * BAR_MS / _HOUR if usual.warmed_up else None


def incidents_of(incidents: Mapping[str, Incident], brand: str) -> list[Incident]:
    """Return the incidents of a brand, group incidents included: open ones first, then the latest."""
    mine = [one for one in incidents.values() if brand in one.all_brands]
    return sorted(mine, key=lambda one: (one.status == "resolved", -rank(one.severity), -one.opened_at))


def people_of(brands: Mapping[str, BrandWithOverrides], incidents: Mapping[str, Incident], at: int) -> Iterator[str]:
    """Yield the Slack ids that the pages show: those on call, the next ones, the steps, and who acted."""
    for incident in incidents.values():
        yield from (entry.actor for entry in incident.history)
        yield from (one for one in (incident.acknowledged_by, incident.official_reply_by) if one)
    for configured in brands.values():
        brand = configured.brand
        yield from on_call_users(brand, at)
        yield from on_call(brand.on_call_schedule, at, 1)
        yield from brand.alert.escalation
