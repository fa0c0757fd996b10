"""Does the demo's board show each brand's course, the message as it stands, and its thread?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from rich.console import Console

from alerts.incidents.state import new_state
from alerts.rendering.route import Route
from mentions.model.batches import NEGATIVE, POSITIVE
from tests.support.alerts import MINUTE, START, now, run, signal
from tests.support.scoring import batch
from tocsin.demo.live_display import COLUMNS, LiveDisplay

if TYPE_CHECKING:
    from collections.abc import Sequence

SPAN: Final = (START - 60 * MINUTE, START + 60 * MINUTE)


def _board(brands: Sequence[str] = ("acme", "calm co")) -> LiveDisplay:
    return LiveDisplay(brands, lambda _brand, _at: Route("#room", "en", "<@U0CAMILLE>"), SPAN)


def _drawn(board: LiveDisplay, minute: float = 0) -> str:
    file = io.StringIO()
    Console(width=120, file=file).print(board.draw(START + int(minute * MINUTE)))
    return file.getvalue()


def test_calm_board_shows_every_brand() -> None:
    """Before anything happens each brand is there, and calm."""
    drawn = _drawn(_board())
    assert drawn.count("calm") == 3  # the name of one of them too
    assert "acme" in drawn


def test_course_rises_where_mentions_are() -> None:
    """The bars of a brand stand where its mentions fall in the story, the highest at their peak."""
    board = _board(["acme"])
    board.event_log.count(batch("acme", *[(START, POSITIVE)] * 8, (START + 30 * MINUTE, POSITIVE)))
    line = next(line for line in _drawn(board).splitlines() if line.startswith("acme"))
    assert line.index("█") < line.index("▂")
    assert sum(line.count(bar) for bar in "▂█") == 2
    assert line.index("█") - len("acme") >= COLUMNS // 2


def test_last_ten_minutes_are_counted() -> None:
    """Beside the course stands what the last ten minutes held, and how much of it was negative."""
    board = _board(["acme"])
    board.event_log.count(batch("acme", (START - MINUTE, NEGATIVE), (START - MINUTE, POSITIVE)))
    board.event_log.count(batch("acme", (START - 30 * MINUTE, POSITIVE)))
    words = next(line for line in _drawn(board).splitlines() if line.startswith("acme")).split()
    assert words[-3:] == ["2", "50%", "calm"]


def test_message_is_drawn_and_then_edited() -> None:
    """The first notification is drawn as posted, a later one of the same incident as its edit."""
    reported = run(signal(0), signal(3, observed=240, severity="critical"))[1]
    board = _board()
    board.add(reported[0])
    assert "#room · posted" in _drawn(board)
    board.add(reported[1])
    drawn = _drawn(board)
    assert f"edited, revision {reported[1].revision}" in drawn
    assert "240 negative mentions" in drawn
    assert "critical" in drawn


def test_thread_holds_the_replies() -> None:
    """What is posted in the thread stands below the message, with its brand and time."""
    reported = run(signal(0), signal(3, observed=240, severity="critical"))[1]
    board = _board()
    for note in reported:
        board.add(note)
    assert "14:35 acme: Now critical: 240 negative mentions" in _drawn(board)


def test_mere_update_does_not_take_the_place_of_news() -> None:
    """An incident that merely goes on does not push aside the one that there is news of."""
    news = run(signal(0, brand="acme"))[1][0]
    reported = run(
        signal(0, brand="calm co"), signal(2, brand="calm co", observed=100), now(4), case=new_state("calm co")
    )[1]
    quiet = [note for note in reported if note.reason == "updated"]
    board = _board()
    board.add(news)
    for note in quiet:
        board.add(note)
    assert quiet
    assert "Warning acme" in _drawn(board)


def test_resolved_incident_is_over() -> None:
    """A brand whose incident is resolved is said to be over it."""
    reported = run(signal(0), now(60))[1]
    board = _board(["acme"])
    board.add(reported[0])
    assert "warning" in _drawn(board)
    board.add(reported[-1])
    assert "resolved" in _drawn(board)


def test_most_severe_incident_is_shown_at_the_end() -> None:
    """When all is told the board shows the most severe incident, not the one that was told of last."""
    grave = run(signal(0), signal(3, observed=240, severity="critical"))[1]
    late = run(signal(9, brand="calm co"), case=new_state("calm co"))[1]
    board = _board()
    for note in (*grave, *late):
        board.add(note)
    assert "Warning calm co" in _drawn(board)
    board.show_most_severe()
    assert "Critical acme" in _drawn(board)


def test_no_notification_concludes_in_calm() -> None:
    """A story in which nothing was told ends without a message."""
    board = _board()
    board.show_most_severe()
    assert "#room" not in _drawn(board)
