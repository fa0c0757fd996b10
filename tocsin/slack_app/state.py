"""State of the Slack app: views of brands, incidents and active silences."""

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
    """Views of topics, kept up to date."""

    registry: BrandRegistry = field(default_factory=BrandRegistry)
    incident_view: IncidentView = field(default_factory=IncidentView)
    silences: ActiveSilences = field(default_factory=ActiveSilences)
    web_url: str = ""  # where the pages of incidents are, "" for nowhere

    def open_incidents(self) -> list[Incident]:
        """Return the incidents that are not resolved."""
        return [one for one in self.incident_view.incidents.values() if one.status != "resolved"]
