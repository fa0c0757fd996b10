"""Escaping: text from outside made harmless for Slack, the terminal and everything else that shows it."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

_KEPT: Final = "\u200d"
"""The joiner of emoji, the one invisible character that is let through."""

_KNOWN_CHARS: Final = 4_096
_URL_CHARS: Final = 500
_URL_SAFE: Final = "/:?#[]@!$&'()*+,;=%~-._"
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{2,20}")


def clean(text: str) -> str:
    r"""Return text on one line without control, bidirectional-override and other invisible characters.

    >>> clean("all\x1b[2J  well\u202e ")
    'all[2J well'
    """
    return " ".join((text if text.isprintable() else text.translate(_VISIBLE)).split())


class _Visible(dict[int, str]):
    """What takes the place of each character, by code point; found out when one is met."""

    def __missing__(self, code: int) -> str:
        found = _visible(chr(code))
        if len(self) < _KNOWN_CHARS:
            self[code] = found
        return found


_VISIBLE: Final = _Visible()


def _visible(char: str) -> str:
    if char in "\n\r\t\v\f":
        return " "
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf", "Co", "Cn") and char != _KEPT else char


def width(text: str) -> int:
    """Return the length in UTF-16 units, as Slack's clients count: an emoji is two."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)  # noqa: PLR2004  end of the basic plane


def clip(text: str, limit: int) -> str:
    """Return text cut to `limit` UTF-16 units, with an ellipsis where something is missing.

    >>> clip("a great deal", 8)
    'a great…'
    """
    if width(text) <= limit:
        return text
    kept = text[: limit - 1]
    while width(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def mrkdwn(text: str, limit: int) -> str:
    """Return hostile text for Slack's mrkdwn: it mentions nobody, links nowhere and opens no code block.

    `limit` counts before escaping, which makes a character up to five.

    >>> mrkdwn("<!channel> & `co", 40)
    '&lt;!channel&gt; &amp; ˋco'
    """
    return escape(clip(clean(text), limit).replace("`", "ˋ"))


def escape(text: str) -> str:
    """Return text with the three characters escaped that Slack reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def safe_url(url: str) -> str:
    """Return a web address with everything quoted that could end a link; nothing for any other address."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    safe = quote(clean(url).encode("utf-8", "replace"), safe=_URL_SAFE).replace("|", "%7C")
    if scheme not in ("http", "https") or not safe.startswith(scheme):
        return ""
    return safe if len(escape(safe)) <= _URL_CHARS else ""


def slack_link(url: str, label: str) -> str:
    """Return a mrkdwn link to a web address under a label of ours; nothing for any other address."""
    safe = safe_url(url)
    return f"<{escape(safe)}|{label}>" if safe else ""


def slack_date(at: int, form: str, fallback: str = "%Y-%m-%d %H:%M UTC") -> str:
    """Return an instant (ms) that Slack draws in the reader's time zone by `form`, such as `{time}`.

    >>> slack_date(1_424_356_320_000, "{time}")
    '<!date^1424356320^{time}|2015-02-19 14:32 UTC>'
    """
    return f"<!date^{at // 1000}^{form}|{datetime.fromtimestamp(at // 1000, UTC):{fallback}}>"


def slack_user(name: str) -> str:
    """Return a mention of a Slack user or group by id, and any other name as escaped text."""
    if _USER.fullmatch(name):
        return f"<@{name}>"
    return f"<!subteam^{name}>" if _GROUP.fullmatch(name) else mrkdwn(name, 60)


def is_slack_id(name: str) -> bool:
    """Tell whether a name is the Slack id of a user or of a user group."""
    return bool(_USER.fullmatch(name) or _GROUP.fullmatch(name))


def mention(ids: tuple[str, ...]) -> str:
    """Return what a page mentions: Slack ids of users (U…, W…) and user groups (S…).

    >>> mention(("U024BE7LH", "S0614TZR7"))
    '<@U024BE7LH> <!subteam^S0614TZR7>'
    """
    return " ".join(slack_user(one) for one in ids if is_slack_id(one))
