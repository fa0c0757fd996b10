"""Tests of rich text: text from outside stays plain whatever it holds, and templates keep their markup."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from alerts.rendering.rich_text import Span, fill, join, link, mentions, plain, time, user
from alerts.rendering.slack_blocks import to_mrkdwn
from tests.support.alerts import START
from tests.support.markup import strangers


@given(text=st.text(max_size=200), name=st.text(max_size=100))
def test_text_from_outside_is_plain_and_harmless_in_slack(text: str, name: str) -> None:
    """It mentions nobody, links nowhere and opens no code block, as a value and as a name."""
    filled = fill("*Where* {text}, {name}", text=plain(text, 100), name=user(name))
    assert strangers(to_mrkdwn(filled)) == []
    assert "`" not in to_mrkdwn(filled)


def test_a_template_keeps_its_emphasis_and_its_values_their_style() -> None:
    """Bold where the template says so, an instant as an instant."""
    text = fill("*Acknowledged* by {actor} at {moment}", actor=user("U024BE7LH"), moment=time(START, "{time}"))
    assert [(span.text, span.style) for span in text] == [
        ("Acknowledged", "bold"),
        (" by ", "plain"),
        ("@U024BE7LH", "mention"),
        (" at ", "plain"),
        ("{time}", "time"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/", "https://[", "", "https://x/" + "a" * 600])
def test_only_web_addresses_become_links(url: str) -> None:
    """Anything else is left out."""
    assert link(url, "open") == ()


def test_empty_parts_are_left_out_of_a_list() -> None:
    """No separator stands beside nothing."""
    assert join([plain("a"), (), plain("b")], " · ") == (Span("a"), Span(" · "), Span("b"))
    assert mentions("") == ()
