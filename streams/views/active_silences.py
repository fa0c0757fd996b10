"""View of the active silences, followed from the changelog of the triage table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.incidents import state as cases
from streams.views.table_view import TableView

if TYPE_CHECKING:
    from alerts.incidents.silences import Silence
    from streams.kafka.topics import Topic, Topics


class ActiveSilences(TableView["tuple[Silence, ...]"]):
    """The silences of each brand, as its case holds them."""

    @staticmethod
    def changelog(topics: Topics) -> Topic:
        """Return the changelog of the cases."""
        return topics.triage_state

    @staticmethod
    def decode(stored: bytes) -> tuple[Silence, ...]:
        """Return the silences that a case holds."""
        return cases.decode(stored).silences

    def apply(self, key: bytes, raw: bytes | None) -> None:
        """Note what a record says of a brand; its other cases are left out: its own has all its silences."""
        if b"\0" not in key:
            super().apply(key, raw)

    def active(self, brand: str, at: int) -> tuple[Silence, ...]:
        """Return the silences of a brand that are not over at an instant (ms), those that end first before others."""
        return tuple(sorted((one for one in self.get(brand) or () if one.ends_at > at), key=lambda one: one.ends_at))

    def all_active(self, at: int) -> list[tuple[str, Silence]]:
        """Return what `running` says of each brand."""
        return [(brand, one) for brand in sorted(self._latest) for one in self.active(brand, at)]
