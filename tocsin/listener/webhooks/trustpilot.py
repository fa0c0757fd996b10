"""Trustpilot: reviews of one's own business. Its requests carry no signature: the address holds the secret."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from sources.json_fields import instant, number, objects, text
from sources.mention_fields import deletion, mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.item import Item


class Trustpilot:
    """Events about reviews of the service and of products."""

    def is_genuine(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether the address holds the secret as `token`."""
        del headers, body
        return hmac.compare_digest(query.get("token", "").encode("utf-8", "surrogateescape"), secret.encode())

    def items(self, event: Any, headers: Mapping[str, str], now: int) -> list[Item]:
        """Return the reviews of a request."""
        del headers
        return [item for one in objects(event, "events") if (item := _item(one, now)) is not None]


def _item(event: dict[str, Any], now: int) -> Item | None:
    review, kind = event.get("eventData"), text(event, "eventName")
    name = text(review, "id")
    if not name or "review" not in kind:
        return None
    published = instant(review, "createdAt") or now
    if kind.endswith("deleted"):
        return deletion(name, published, "trustpilot")
    title = text(review, "title")
    return mention(
        name,
        f"{title}\n{text(review, 'text')}".strip(),
        published,
        "trustpilot",
        kind="review",
        title=title,
        author=text(review, "consumer", "id") or None,
        author_name=text(review, "consumer", "name") or text(review, "consumer", "displayName"),
        url=text(review, "link") or None,
        lang=text(review, "language") or None,
        rating=number(review, "stars"),
        revision=(instant(review, "updatedAt") or now) if kind.endswith("updated") else None,
    )
