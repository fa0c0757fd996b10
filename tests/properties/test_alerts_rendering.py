"""Does any incident, however hostile, become a message that Slack accepts and that pings nobody unasked?"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from rich.console import Console

from alerts.notifiers.console import render_card, render_text
from alerts.rendering.card import Card, Chart, Reply
from alerts.rendering.message import Message, render_message, render_reply
from alerts.rendering.route import Route
from detectors.model.signal import SEVERITIES, TOPIC_BURST, Contributors, Coverage, Evidence, Example, Signal
from detectors.model.topic import CopiedPost, MentionWords, TopicPost
from detectors.topics.risk.categories import CATEGORIES
from tests.support.alerts import MINUTE, START, Record, action, now, run, signal
from tests.support.markup import strangers, texts
from tests.support.topics import topic
from tocsin.demo.fake_slack.block_kit import block_errors, utf16_length, validation_error

if TYPE_CHECKING:
    from alerts.incidents.model import Notification, Verdict

NASTY = [
    "<!channel>",
    "<!here|x>",
    "<@U024BE7LH>",
    "&lt;!channel&gt;",
    "```",
    "*_~`",
    "<https://evil.example|click>",
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe",
    "\ud800",
    "😀" * 80,
    "漢" * 300,
    "\x00",
    "<!date^1^{time}|x>",
    "{brand} {0} %s",
    "&" * 300,
]

words = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=40), st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
)
counts = st.integers(0, 10**12)
figures = st.floats(0, 1e15) | st.integers(0, 10).map(float)
urls = st.one_of(words, words.map(lambda tail: f"https://x.example/{tail}"))
examples = st.builds(
    Example,
    text=words,
    author=words,
    channel=words,
    url=urls,
    reach=counts,
    compound=st.floats(-1, 1),
    published=st.integers(0, 4 * 10**12),
)


def several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return tuples of up to a dozen."""
    return st.lists(each, max_size=12).map(tuple)


drivers = st.builds(
    Contributors,
    channels=several(st.tuples(words, counts)),
    terms=several(st.tuples(words, counts)),
    authors=several(st.tuples(words, counts, counts)),
    examples=several(examples),
)
evidences = st.builds(
    Evidence,
    window_start=st.just(START),
    window_end=st.integers(START, START + 10**10),
    metric=st.one_of(st.sampled_from(["mentions", "negative mentions", "negative share"]), words),
    observed=figures,
    expected=st.none() | figures,
    threshold=figures,
    mentions=counts,
    negative=counts,
    history=counts,
)


posts = st.builds(
    TopicPost,
    text=words,
    channel=words,
    published=st.integers(0, 4 * 10**12),
    reach=counts,
    compound=st.floats(-1, 1),
)
topics = st.builds(
    topic,
    number=st.integers(0, 3),
    label=words,
    terms=several(words),
    categories=several(st.sampled_from(CATEGORIES) | words),
    reasons=several(st.sampled_from(["risk", "negative", "many"]) | words),
    start=st.integers(START - 10**10, START),
    mentions=counts,
    authors=counts,
    ratio=st.none() | st.floats(0, 10**9),
    trend=st.sampled_from(["rising", "steady", "falling"]),
    doubling_minutes=st.none() | st.integers(1, 10**7),
    share_of_negative=st.floats(0, 1),
    first=posts,
    largest=st.none() | posts,
    groups=several(st.builds(CopiedPost, count=st.integers(1, 10**9), post=posts)),
)
some_words = st.builds(MentionWords, terms=several(st.tuples(words, counts)), voices=counts, post=posts)
coverages = st.builds(Coverage, live=counts, total=counts, live_share=st.floats(0, 1), silent=several(words))
charts = st.builds(Chart, file=st.just("F00000001"), revision=counts, at=counts, step=counts, alt=st.just("at most 80"))


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    """Return a signal that holds whatever a detector could be made to say."""
    name = draw(words | st.just(TOPIC_BURST))
    base = signal(draw(st.integers(0, 60)), severity=draw(st.sampled_from(SEVERITIES)), detector=name)
    about = draw(st.none() | topics)
    found = replace(base, evidence=draw(evidences), contributors=draw(drivers), topic=about)
    found = found if about else replace(found, words=draw(st.none() | some_words))
    return replace(found, coverage=draw(st.none() | coverages))


@st.composite
def notifications(draw: st.DrawFn) -> Notification:
    """Return the last thing told of a life full of nasty text."""
    log: list[Record] = draw(st.lists(signals(), min_size=1, max_size=8))
    verdict: Verdict = draw(st.sampled_from(["crisis", "planned", "not_a_crisis"]))
    acts: list[Record] = [
        action(61, actor=draw(words), text=draw(words)),
        action(62, "snooze", actor=draw(words), until=START + 200 * MINUTE),
        action(63, "note", actor=draw(words), text=draw(words) * 50),
        action(64, "verdict", actor=draw(words), verdict=verdict),
        now(300),
    ]
    _, reported = run(*log, *acts[: draw(st.integers(0, len(acts)))])
    last = draw(st.sampled_from(reported))
    return replace(last, incident=replace(last.incident, brand=draw(words)))


def check(made: Message) -> None:
    """Check a message against every limit, and its texts for markup that is not ours."""
    body = {
        "text": made.text,
        "blocks": made.blocks,
        "metadata": {"event_type": "tocsin_incident", "event_payload": {"incident": made.incident}},
    }
    assert [fault for block in made.blocks for fault in block_errors(block)] == []
    assert validation_error(body) == ""
    for text in [made.text, *texts(made.blocks)]:
        assert strangers(text) == []
        assert "```" not in text
    if isinstance(made.content, Card):
        Console(width=100, file=StringIO()).print(render_card(made.content))
    if isinstance(made.content, Reply):
        Console(width=100, file=StringIO()).print(render_text(made.content.text))


@given(
    notification=notifications(),
    language=st.sampled_from(["en", "fr", "de"]),
    page=st.booleans(),
    text_only=st.booleans(),
    chart=st.none() | charts,
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_incident_breaks_a_limit_or_pings_anybody_unasked(
    notification: Notification,
    language: str,
    page: bool,  # noqa: FBT001
    text_only: bool,  # noqa: FBT001
    chart: Chart | None,
) -> None:
    """Cards and replies keep every documented limit, and hold only the mention that the route names."""
    route = Route("C0000001", language, "<@U0000ONCALL>")
    card = render_message(notification, route, page=page, text_only=text_only, chart=chart)
    check(card)
    assert (
        utf16_length(card.text.removesuffix(" please take a look").removesuffix(" merci de regarder")) <= 5 * 110 + 40
    )
    check(render_reply(notification, route, page=page))
    named = str(card.blocks) + card.text
    assert named.count("<@U0000ONCALL>") == (1 if page else 0)
