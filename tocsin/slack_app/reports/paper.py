"""Paper: how a report is written somewhere, in Slack or in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.rendering.escaping import clean, clip, mrkdwn, slack_link

if TYPE_CHECKING:
    from collections.abc import Callable


class Paper(NamedTuple):
    """How text from outside, links and headings are written."""

    text: Callable[[str, int], str]  # text from outside, and how much of it
    link: Callable[[str, str], str]  # address and label
    strong: Callable[[str], str]


SLACK: Final = Paper(mrkdwn, slack_link, lambda text: f"*{text}*")
PLAIN: Final = Paper(lambda text, limit: clip(clean(text), limit), lambda url, _: clean(url), lambda text: text)
