"""Tests of the console notifier: it shows what Slack shows, and nothing else."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from alerts.delivery.outbox import Outbox
from alerts.notifiers.console import ConsoleNotifier, render_card, render_text
from alerts.rendering.card import build_card
from alerts.rendering.message import Message
from alerts.rendering.rich_text import RichText, code, fill, link, mentions, plain, time
from alerts.rendering.route import Route
from detectors.model.signal import Contributors, Example
from tests.support.alerts import START, MemoryReceipts, Record, action, fast_clock, now, run, signal
from tests.support.topics import topic, topic_signal


def drawn(*records: Record) -> str:
    """Return the card as drawn on a plain terminal."""
    card = build_card(run(*records)[1][-1].incident, Route("#alerts"), page=False)
    console = Console(width=110, file=StringIO(), force_terminal=True, color_system=None)
    console.print(render_card(card, "#alerts"))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_terminal_shows_the_topic() -> None:
    """Label, risk, growth, posts and copies, and nothing in them acts on the terminal."""
    shown = drawn(
        topic_signal(0, topic(label="no food\x1b[2J\u202e")), topic_signal(1, topic(number=2, label="refund"))
    )
    for part in (
        "Topic “no food[2J” · Risk outage, death and injury",
        "41 authors in 20 min · new · rising, doubles every 12 min",
        "Largest post “No food, no word from anybody” — twitter, 14:27 UTC, reach 48,000",
        "│ 12 near-identical posts: “My parents sit on board",
        "Other topics “refund”",
    ):
        assert part in shown, part
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_the_terminal_shows_every_part_of_the_card() -> None:
    """Line, state, figures, drivers and examples are all there."""
    shown = drawn(signal(0), action(1))
    for part in (
        "🟠 Warning acme: 83 negative mentions in 10 min, usually 6 (14×)",
        "Acknowledged by ada at 14:33 UTC · Since 2015-02-19 14:32 UTC",
        "Words refund 31, gate 12 17",
        "“I want my refund” — tom, forum, 14:32 UTC",
        "acme-20150219T1432Z",
        "#alerts",
    ):
        assert part in shown


def test_escape_sequences_from_outside_do_not_reach_the_terminal() -> None:
    """A post cannot clear the screen, set the title or fake a line; markup of the terminal library stays text."""
    nasty = "\x1b[2J\x1b]0;owned\x07 [bold red]hi[/] \r\nfake <!channel> &lt;b&gt; \u202egnp"
    example = Example(nasty, nasty, nasty, "https://x.example/\x1b[2J", 0, 0.0, START)
    shown = drawn(signal(0, drivers=Contributors(((nasty, 1),), ((nasty, 1),), ((nasty, 1, 1),), (example,))))
    assert not set("\x1b\x07\r\u202e") & set(shown)
    assert "[bold red]hi[/]" in shown
    assert "<!channel> &lt;b&gt;" in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (fill("*Who* {items}", items="a & b"), "Who a & b"),
        (link("https://x.example/?a=1&b=2", "open"), "open (https://x.example/?a=1&b=2)"),
        (link("javascript:alert(1)", "open"), ""),
        (mentions("<@U024BE7LH> <!subteam^S1> <!here>"), "@U024BE7LH @S1 @here"),
        (fill("at {moment}", moment=time(START, "{time}")), "at 14:32 UTC"),
        (plain("<!channel>"), "<!channel>"),
        (code("id"), "id"),
    ],
)
def test_rich_text_reads_in_a_terminal_as_in_slack(text: RichText, expected: str) -> None:
    """Instants, people, links, emphasis and text from outside."""
    assert render_text(text).plain == expected


async def test_bare_text_is_a_card_of_its_own() -> None:
    """What Slack gets when it refuses the card can be drawn as well."""
    console = Console(width=110, file=StringIO())
    await ConsoleNotifier(console).post("#alerts", Message("acme-1", 1, "🔴 line &amp; more", []))
    assert isinstance(console.file, StringIO)
    assert "🔴 line & more" in console.file.getvalue()


async def test_the_outbox_delivers_to_a_terminal_as_to_slack() -> None:
    """One card, its edits and its replies, each once."""
    console = Console(width=110, file=StringIO())
    delivery = Outbox(ConsoleNotifier(console), MemoryReceipts(), lambda *_: Route("#alerts"), clock=fast_clock())
    for notification in run(signal(0), signal(1, severity="critical"), now(40))[1]:
        delivery.submit(notification, lambda: None)
        await delivery.drain()
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert shown.count("acme-20150219T1432Z") == 4
    assert shown.count("edited") == 3
    assert "↳ Now critical: 83 negative mentions in 10 min, usually 6 (14×)" in shown
    assert "↳ Resolved after 31 min." in shown


async def test_what_this_process_drew_it_finds_again() -> None:
    """The terminal keeps the notifier's promise as long as it lives."""
    terminal = ConsoleNotifier(Console(file=StringIO()))
    card = Message("acme-1", 2, "line", [])
    receipt = await terminal.post("#alerts", card)
    await terminal.reply(receipt, card)
    assert await terminal.find("#alerts", "acme-1", 0) == receipt
    assert await terminal.find("#alerts", "acme-2", 0) is None
    assert (await terminal.has_reply(receipt, 2), await terminal.has_reply(receipt, 3)) == (True, False)
