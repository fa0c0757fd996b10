"""Port through which the stages ask for the configuration in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from alerts.incidents.policy import Policy as AlertPolicy
    from config.brands.overrides import PolicyInterval


class Policies(Protocol):
    """The brands' configuration in force."""

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        """Return the detection policy of `brand` at `revision` of its configuration, at an event time (ms)."""

    def alert_policy(self, brand: str) -> AlertPolicy:
        """Return the incident policy of `brand`."""

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""
