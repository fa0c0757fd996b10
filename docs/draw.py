"""Where do the pictures of the documentation come from? `make docs` draws them again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mentions.sentiment import Scorer
from replay.pictures import incident_page
from tocsin.demo.scenarios.offline_run import read_config, router, run_offline

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from replay.pictures.event_log import EventLog

ROOT: Final = Path(__file__).resolve().parents[1]
ALERT: Final = ROOT / "docs" / "images" / "slack-alert.svg"
BRAND: Final = "Hallowfirth"
ON_CALL: Final = ("@S0ONCALL", "@on-call")  # Slack shows a group's name where the message holds its id


def alert(chronicle: EventLog) -> str:
    """Return the picture of the README: the demo's message at the moment that it turned critical."""
    note = next(note for note in chronicle.notifications if _shown(note))
    route = replace(router(read_config())(BRAND, note.happened_at), buttons=True)
    return incident_page.render_card(note, route).replace(*ON_CALL)


def _shown(note: Notification) -> bool:
    return note.incident.brand == BRAND and note.incident.severity == "critical" and note.page


def main() -> None:
    """Write the pictures."""
    ALERT.parent.mkdir(parents=True, exist_ok=True)
    ALERT.write_text(alert(run_offline(Scorer())), encoding="utf-8")
    sys.stdout.write(f"wrote {ALERT.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
