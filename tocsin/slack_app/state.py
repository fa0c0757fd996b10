"""What does the Slack app know? Who is watched, which incidents there are, and which silences run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.views.active_silences import ActiveSilences
from streams.views.brands import BrandRegistry
from streams.views.incidents import IncidentView

if TYPE_CHECKING:
    from alerts.incidents.model import Incident


@dataclass(frozen=True)
class AppState:
    """Followers of the topics that say so."""

    registry: BrandRegistry = field(default_factory=BrandRegistry)
    incident_view: IncidentView = field(default_factory=IncidentView)
    silences: ActiveSilences = field(default_factory=ActiveSilences)
    web_url: str = ""  # where the pages of incidents are, "" for nowhere

    def open_incidents(self) -> list[Incident]:
        """Return the incidents that are not over."""
        return [one for one in self.incident_view.incidents.values() if one.status != "resolved"]
