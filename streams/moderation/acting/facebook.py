"""Own Facebook page: hides comments, which their authors and their friends go on seeing.

Reference: `POST /{comment-id}?is_hidden=true` of the Graph API.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from alerts.notifiers.http import post

if TYPE_CHECKING:
    from moderation.model import Item

_REMEDY: Final = "check TOCSIN_FACEBOOK_TOKEN: a page token with pages_manage_engagement; or the comment is gone"
_COMMENT: Final = re.compile(r"\d+(?:_\d+)*")


class Facebook:
    """Hides the comments of items whose hiding was requested."""

    name = "facebook"

    def __init__(self, url: str, token: str) -> None:
        """Take the address of the Graph API, and the page's token."""
        self._url = url.rstrip("/")
        self._token = token

    def takes(self, item: Item) -> bool:
        """Return whether an item has comments of a Facebook page that are to be hidden."""
        return item.outcome == "hide requested" and bool(_comments(item))

    async def act(self, item: Item) -> str:
        """Hide the comments.

        Raises:
            DeliveryError: one was not hidden, or may not have been.
        """
        names = _comments(item)
        body = msgspec.json.encode({"is_hidden": True, "access_token": self._token})
        for name in names:
            await post(f"{self._url}/{name}", body, {}, "Facebook", _REMEDY)
        return f"hidden: {len(names)}"


def _comments(item: Item) -> list[str]:
    return [one.name for one in item.posts if one.channel == "facebook" and _COMMENT.fullmatch(one.name)]
