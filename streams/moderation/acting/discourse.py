"""Own Discourse: hides a post as a moderator's flag with "take action" does; moderators there can show it again.

Reference: `POST /post_actions.json` of Discourse, app/controllers/post_actions_controller.rb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from alerts.notifiers.http import post

if TYPE_CHECKING:
    from moderation.model import Item

INAPPROPRIATE, SPAM = 4, 8
"""Types of flags."""

_REMEDY: Final = "check TOCSIN_DISCOURSE_KEY and TOCSIN_DISCOURSE_USER: it must be a moderator's; or the post is gone"


class Discourse:
    """Hides the posts of items whose hiding was requested."""

    name = "discourse"

    def __init__(self, url: str, key: str, user: str) -> None:
        """Take the address of the forum, and a moderator's API key and name."""
        self._url = url.rstrip("/")
        self._host = urlsplit(url).hostname
        self._headers = {"Api-Key": key, "Api-Username": user}

    def takes(self, item: Item) -> bool:
        """Return whether an item has posts of this forum that are to be hidden."""
        return item.outcome == "hide requested" and bool(self._posts(item))

    async def act(self, item: Item) -> str:
        """Hide the posts.

        Raises:
            DeliveryError: one was not hidden, or may not have been.
        """
        kind = SPAM if item.policy == "spam" else INAPPROPRIATE
        names = self._posts(item)
        for name in names:
            body = msgspec.json.encode({"id": int(name), "post_action_type_id": kind, "take_action": "true"})
            await post(f"{self._url}/post_actions.json", body, self._headers, "Discourse", _REMEDY)
        return f"hidden: {len(names)}"

    def _posts(self, item: Item) -> list[str]:
        return [one.name for one in item.posts if one.channel == self._host and one.name.isdecimal()]
