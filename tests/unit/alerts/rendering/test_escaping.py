"""Is hostile text harmless once it is shown?"""

from __future__ import annotations

import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given

from alerts.rendering.escaping import clean, clip, mention, mrkdwn, slack_date, slack_link, slack_user, width
from tests.support.markup import strangers
from tocsin.demo.fake_slack.block_kit import utf16_length

hostile = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&|!@#`*_~^\n\x1b\u202e\ud800😀")), max_size=60)


@given(hostile)
def test_escaped_text_holds_no_markup_at_all(text: str) -> None:
    """No mention, link, date or code block can be written from outside."""
    shown = mrkdwn(text, 100)
    assert not set("<>`\n\x1b") & set(shown)
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(hostile)
def test_clean_text_is_one_line_without_invisible_characters(text: str) -> None:
    """Nothing is left that moves a cursor, turns the direction of writing or hides."""
    left = {unicodedata.category(char) for char in clean(text).replace("\u200d", "")}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert clean(clean(text)) == clean(text)


@given(hostile, st.integers(2, 50))
def test_clipped_text_keeps_its_limit_as_slack_counts(text: str, limit: int) -> None:
    """An emoji counts twice, and what is cut shows it."""
    cut = clip(clean(text), limit)
    assert utf16_length(cut) == width(cut) <= limit
    assert cut == clean(text) or cut.endswith("…")


def test_a_mention_of_everybody_is_plain_text() -> None:
    """`<!channel>` in a post pings nobody."""
    assert mrkdwn("<!channel> <@U024BE7LH> & co", 100) == "&lt;!channel&gt; &lt;@U024BE7LH&gt; &amp; co"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.example",
        "",
        "//x.example",
        "https://[bad",
        "http://" + "x" * 600,
        "http://x.example/?" + "&" * 200,
        "mailto:a@b",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    """Anything else is left out rather than shown."""
    assert slack_link(url, "open") == ""


@given(hostile)
def test_no_address_breaks_out_of_its_link(tail: str) -> None:
    """Whatever an address holds, the label stays ours."""
    made = slack_link(f"https://x.example/{tail}", "open")
    assert made == "" or (made.endswith("|open>") and strangers(made) == [])


def test_an_instant_has_a_fallback_for_readers_without_slack() -> None:
    """Slack draws it in the reader's time zone; a mail or a log shows UTC."""
    assert slack_date(1_424_356_320_999, "{time}", "%H:%M") == "<!date^1424356320^{time}|14:32>"


def test_people_are_mentioned_by_id_only() -> None:
    """A name that merely looks like markup is text."""
    assert slack_user("U024BE7LH") == "<@U024BE7LH>"
    assert slack_user("S0614TZR7") == "<!subteam^S0614TZR7>"
    assert slack_user("<!here>") == "&lt;!here&gt;"
    assert mention(("U024BE7LH", "everyone", "S0614TZR7")) == "<@U024BE7LH> <!subteam^S0614TZR7>"
