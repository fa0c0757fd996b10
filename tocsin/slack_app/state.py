"""What does the Slack app know? Who is watched, which incidents there are, and which silences run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.views.active_silences import Silenced
from streams.views.brands import Directory
from streams.views.incidents import Ledger

if TYPE_CHECKING:
    from alerts.incidents.model import Incident


@dataclass(frozen=True)
class Known:
    """Followers of the topics that say so."""

    directory: Directory = field(default_factory=Directory)
    ledger: Ledger = field(default_factory=Ledger)
    silenced: Silenced = field(default_factory=Silenced)
    web: str = ""  # where the pages of incidents are, "" for nowhere

    def open(self) -> list[Incident]:
        """Return the incidents that are not over."""
        return [one for one in self.ledger.incidents.values() if one.status != "resolved"]
