"""What do the pages show, and where does it come from? Kafka, or a recording that was replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from alerts.incidents.model import rank
from config.brands.responders import permission
from detectors.stats.baseline import learn
from detectors.windows.buckets import MENTIONS
from tocsin.web.sources.rate_counter import BAR_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.delivery.ports import MessageRef
    from alerts.incidents.model import Action, Incident
    from alerts.incidents.silences import Silence
    from config.brands.model import Brand
    from config.brands.overrides import BrandWithOverrides
    from detectors.engine.state import State
    from detectors.model.learning import Learning
    from mentions.model.batches import Batch, Tick
    from tocsin.web.sources.rate_counter import RateSeries

_HOUR: Final = 3_600_000


class DataSource(Protocol):
    """What there is to show. Instants in ms."""

    live: bool  # else a recording

    def now(self) -> int:
        """Return what time it is there."""
        ...

    def brands(self) -> Mapping[str, BrandWithOverrides]:
        """Return the brands with what overrides them, by name."""
        ...

    def incidents(self) -> Mapping[str, Incident]:
        """Return the incidents as last told, by id."""
        ...

    def message_ref(self, incident: str) -> MessageRef | None:
        """Return where an incident's message stands, if it does."""
        ...

    def silences(self, brand: str) -> Sequence[Silence]:
        """Return the silences that run."""
        ...

    def rate_series(self, brand: str) -> RateSeries:
        """Return the brand's last hours."""
        ...

    def expected_rate(self, brand: str) -> float | None:
        """Return how many mentions five minutes usually have at this hour; None with too little history."""
        ...

    async def send(self, action: Action) -> None:
        """Pass an act on; return once it is kept."""
        ...

    def read_scored(self, brand: str, since: int, until: int) -> Sequence[Batch | Tick]:
        """Return what was watched of a brand. Blocks."""
        ...


def expected_rate(state: State, learning: Learning, at: int) -> float | None:
    """Return how many mentions a bar usually has at an instant; None with too little history."""
    usual = learn(state.hours, at // _HOUR, learning)
    return usual.expected(MENTIONS, 60) * BAR_MS / _HOUR if usual.warmed_up else None


def incidents_of(incidents: Mapping[str, Incident], brand: str) -> list[Incident]:
    """Return the incidents of a brand, umbrellas included: those that are open first, then the latest."""
    mine = [one for one in incidents.values() if brand in one.all_brands]
    return sorted(mine, key=lambda one: (one.status == "resolved", -rank(one.severity), -one.opened_at))


def may_act(brand: Brand, who: str, by: str) -> bool:
    """Tell whether somebody may act on a brand: anyone with the token may, others where nobody or they are named."""
    return by != "proxy" or permission(brand, who) != "not_allowed"
