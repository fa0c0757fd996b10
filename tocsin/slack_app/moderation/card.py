"""Card of an item of the moderation queue: what and where, how it stands, what can be done. It never holds the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from alerts.rendering.escaping import clip, escape, mrkdwn, slack_date, slack_link, slack_user
from alerts.rendering.message import Message
from detectors.model.signal_text import format_number
from moderation.policies.registry import POLICIES
from moderation.queue import WAITING
from tocsin.slack_app import views
from tocsin.slack_app.moderation.buttons import build_buttons
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from moderation.model import Item, Step
    from moderation.policies.model import Severity

Block = dict[str, Any]

ICONS: Final[dict[Severity, str]] = {"high": "🔴", "medium": "🟠", "low": "🔵"}
TEXT_CHARS: Final = 2_000
MAX_POSTS: Final = 5
STEPS: Final = (10, 20, 50, 100, 200, 500, 1_000)
MAX_STEPS: Final = 8
_TIME: Final = "{date_short_pretty} {time}"


def message_name(item: str) -> str:
    """Return the name of an item's card in the metadata of its message."""
    return f"item {item}"


def build_card(item: Item, now: int, language: Language, web_url: str = "") -> Message:
    """Return the card of an item at an instant (ms); `web_url` is where the pages are."""
    head = _headline(item, language)
    row = build_buttons(item, now, language)
    blocks = [
        views.section("\n".join(part for part in (f"*{head}*", _facts(item, language)) if part)),
        views.context(_state(item, now, language) + _links(item, language, web_url)),
        *([row] if row else []),
    ]
    return Message(message_name(item.id), len(item.history), head, blocks)


def build_text(item: Item, language: Language) -> Block:
    """Return the modal with the text of an item, the words that are the reason in bold, its posts and its history."""
    posts = [_post(item, number, language) for number in range(min(len(item.posts), MAX_POSTS))]
    steps = [_step(step, language) for step in item.history[-MAX_STEPS:]]
    blocks = [
        views.context(translate(language, "item_warning")),
        views.section(_quoted(item) or translate(language, "item_text_gone")),
        views.section("\n".join(posts)),
        views.context("\n".join(steps)),
    ]
    return views.notice(language, "") | {
        "title": views.plain(_policy(item, language), views.TITLE_CHARS),
        "blocks": blocks,
    }


def copies(item: Item, language: Language) -> str:
    """Return how many posts carry the text: from ten on by steps, so that a wave does not edit the card each time."""
    step = max((step for step in STEPS if step <= item.copies), default=0)
    return f"{format_number(step, language)}+" if step else format_number(item.copies, language)


def _headline(item: Item, language: Language) -> str:
    severity = translate(language, f"item_severity_{item.severity}")
    return f"{ICONS[item.severity]} {_policy(item, language)} ({severity}) · {mrkdwn(item.brand, 60)}"


def _policy(item: Item, language: Language) -> str:
    name = item.policy
    return POLICIES[name].label[language] if name in POLICIES else translate(language, f"item_{name.replace(' ', '_')}")


def _facts(item: Item, language: Language) -> str:
    """Return where it was posted, how often, in which language, and by when it is to be decided."""
    channels = sorted({post.channel for post in item.posts})
    parts = [", ".join(mrkdwn(channel, 30) for channel in channels[:3])]
    if item.copies > 1:
        parts.append(translate(language, "item_copies", count=copies(item, language)))
    if item.language:
        parts.append(mrkdwn(item.language, 8))
    if item.reporters:
        who = ", ".join(slack_user(one) for one in item.reporters[:3])
        parts.append(translate(language, "item_reported_by", who=who))
    if item.state in WAITING:
        parts.append(translate(language, "item_due", moment=slack_date(item.due_at, _TIME)))
    return " · ".join(part for part in parts if part)


def _state(item: Item, now: int, language: Language) -> str:
    holder = item.holder(now)
    if holder:
        until = slack_date(item.claimed_until, "{time}")
        return translate(language, "item_held", who=slack_user(holder), moment=until)
    if item.outcome is not None and item.state in ("decided", "appealed"):
        done = translate(language, f"item_done_{item.outcome.replace(' ', '_')}")
        by = translate(language, "item_decided", what=done, who=slack_user(item.decided_by))
        more = "appealed" if item.state == "appealed" else item.ruling
        return f"{by} · {translate(language, f'item_{more}')}" if more else by
    if item.state == "escalated":
        return translate(language, "item_escalated", who=slack_user(item.escalated_by))
    return translate(language, "item_withdrawn" if item.state == "withdrawn" else "item_open")


def _links(item: Item, language: Language, web_url: str) -> str:
    """Return links to the first post and to the page of the item, and its id."""
    page = f"{web_url.rstrip('/')}/moderation/{quote(item.id, safe='')}" if web_url else ""
    address = next((post.url for post in item.posts if post.url), "")
    links = (slack_link(address, translate(language, "item_post")), slack_link(page, translate(language, "item_page")))
    return "".join(f" · {link}" for link in links if link) + f" · `{item.id[:8]}`"


def _quoted(item: Item) -> str:
    """Return the text as a quotation, escaped, the words that are the reason in bold."""
    text, kept, at = clip(item.text, TEXT_CHARS), "", 0
    for start, end in sorted({span for one in item.findings for span in one.spans}):
        if at <= start < end <= len(text):
            kept += _plain(text[at:start]) + _bold(text[start:end])
            at = end
    kept += _plain(text[at:])
    return "\n".join(f"> {line}" for line in kept.splitlines() if line.strip())


def _bold(text: str) -> str:
    words = _plain(" ".join(text.split()))
    return f"*{words}*" if words.strip() else words


def _plain(text: str) -> str:
    """Return a part of the text, escaped, without what Slack would draw as markup."""
    shown = "".join(char if char == "\n" or char.isprintable() else " " for char in text)
    return escape(shown.replace("`", "ˋ").replace("*", "∗"))


def _post(item: Item, number: int, language: Language) -> str:
    post = item.posts[number]
    who = mrkdwn(post.author, 60) or translate(language, "item_unknown_author")
    link = slack_link(post.url, translate(language, "item_post"))
    gone = translate(language, "item_deleted") if post.id in item.gone else ""
    where = f"{slack_date(post.published_at, _TIME)} · {mrkdwn(post.channel, 30)} · {who}"
    return " · ".join(part for part in (where, link, gone) if part)


def _step(step: Step, language: Language) -> str:
    what = translate(language, f"item_step_{step.what.replace(' ', '_')}")
    who = f" · {slack_user(step.by)}" if step.by else ""
    note = f" · {mrkdwn(step.note, 200)}" if step.note else ""
    return f"{slack_date(step.at, _TIME)} · {what}{who}{note}"
