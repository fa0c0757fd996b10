"""Live display of the demo in the terminal: each brand's activity, the latest Slack message and the threads."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.incidents.model import rank
from alerts.notifiers import console
from alerts.rendering.card import build_card, build_reply
from alerts.rendering.charts.sparkline import bar
from replay.pictures.event_log import MINUTE, EventLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType

    from alerts.incidents.model import Incident, Notification
    from alerts.rendering.route import Route
    from replay.pictures.event_log import MinuteCounts

COLUMNS: Final = 32
REPLIES: Final = 4
NEGATIVE_SHARE: Final = 0.4
"""The negative share from which a bar is red."""

_COLOURS: Final = {"info": "blue", "warning": "dark_orange", "critical": "bold red"}


class LiveDisplay:
    """Draws the demo while it runs. `span` is the first and last instant [ms] of the scenario."""

    def __init__(self, brands: Sequence[str], route: Callable[[str, int], Route], span: tuple[int, int]) -> None:
        self.event_log = EventLog(span[0])
        self._brands = brands
        self._route = route
        self._span = span
        self._shown: Notification | None = None
        self._thread: deque[Text] = deque(maxlen=REPLIES)

    def add(self, note: Notification) -> None:
        """Add a notification; shows its message unless it only updates an incident that is not shown."""
        self.event_log.add(note)
        shown = self._shown
        same = shown is not None and note.incident.id == shown.incident.id
        if same or note.reason != "updated":
            self._shown = note
        if note.reply:
            self._thread.append(
                Text.assemble(
                    (f"{_clock(note.happened_at)} ", "dim"), f"{note.incident.brand}: ", self._reply_text(note)
                )
            )

    def show_most_severe(self) -> None:
        """Show the final state of the most severe incident."""
        latest = {note.incident.id: note for note in self.event_log.notifications}
        self._shown = max(latest.values(), key=_severity_order, default=None)

    def _reply_text(self, note: Notification) -> Text:
        reply = build_reply(note, self._route(note.incident.brand, note.happened_at), page=note.page)
        return console.render_text(reply.text)

    def draw(self, now: int) -> RenderableType:
        """Return the display as of event time `now` [ms]."""
        parts: list[RenderableType] = [self._heading(now), self._brand_table(now)]
        if self._shown is not None:
            parts.append(self._card(self._shown))
        if self._thread:
            parts.append(Panel(Group(*self._thread), title="threads", title_align="left", width=console.WIDTH))
        return Group(*parts)

    def _heading(self, now: int) -> Text:
        first, last = self._span
        done = min(max((now - first) / (last - first), 0.0), 1.0)
        filled = round(done * COLUMNS)
        clock = datetime.fromtimestamp(max(now, first) / 1000, UTC)
        return Text.assemble(
            (f"{clock:%A %d %B %H:%M} UTC  ", "bold"),
            ("━" * filled, "cyan"),
            ("━" * (COLUMNS - filled), "dim"),
            f"  {self.event_log.mentions:,} mentions",
        )

    def _brand_table(self, now: int) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), width=console.WIDTH)
        for name, side in (("brand", "left"), ("activity", "left"), ("10 min", "right"), ("negative", "right")):
            table.add_column(name, justify=side, no_wrap=True, header_style="dim")  # type: ignore[arg-type]
        table.add_column("state", no_wrap=True, header_style="dim")
        for brand in self._brands:
            last = self._minutes(brand, now - 10 * MINUTE, now)
            mentions, negative = sum(one.mentions for one in last), sum(one.negative for one in last)
            share = f"{negative / mentions:.0%}" if mentions else ""
            table.add_row(Text(brand, style="bold"), self._bars(brand), str(mentions), share, self._state(brand))
        return table

    def _minutes(self, brand: str, start: int, end: int) -> list[MinuteCounts]:
        course = self.event_log.minutes.get(brand, {})
        return [minute for at, minute in course.items() if start <= at < end]

    def _bars(self, brand: str) -> Text:
        """Return the brand's mentions over time as bars, red where the negative share is high."""
        first, last = self._span
        step = (last - first) / COLUMNS
        columns = [self._minutes(brand, int(first + i * step), int(first + (i + 1) * step)) for i in range(COLUMNS)]
        totals = [sum(one.mentions for one in column) for column in columns]
        top = max(*totals, 1)
        bars = Text()
        for column, total in zip(columns, totals, strict=True):
            bad = total and sum(one.negative for one in column) / total >= NEGATIVE_SHARE
            bars.append(bar(total, top) if total else " ", style="red" if bad else "cyan")
        return bars

    def _state(self, brand: str) -> Text:
        incident = self._latest(brand)
        if incident is None:
            return Text("calm", style="dim")
        if incident.status == "resolved":
            return Text("resolved", style="green")
        return Text(incident.severity, style=_COLOURS[incident.severity])

    def _latest(self, brand: str) -> Incident | None:
        of_brand = [incident for incident in self.event_log.incidents() if incident.brand == brand]
        return max(of_brand, key=lambda one: (one.opened_at, rank(one.severity)), default=None)

    def _card(self, note: Notification) -> Panel:
        route = self._route(note.incident.brand, note.happened_at)
        edited = "posted" if note.revision == 1 else f"edited, revision {note.revision}"
        return console.render_card(build_card(note.incident, route, page=note.page), f"{route.channel} · {edited}")


def _severity_order(note: Notification) -> tuple[int, int]:
    return rank(note.incident.severity), max(
        finding.signal.evidence.mentions for finding in note.incident.findings.values()
    )


def _clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%H:%M}"
