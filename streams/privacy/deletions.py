"""Deletions of an author's posts, as their source would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mentions.scoring import mention_hash
from streams.clock import wall_ms
from streams.privacy.search import read_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.model.erased_author import ErasedAuthor
    from mentions.model.wire import WireMention
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics


def deletions(
    connection: Connection, topics: Topics, author: ErasedAuthor
) -> Iterator[tuple[bytes | None, dict[str, Any]]]:
    """Yield the deletion of each post that `mentions` holds of an author, once, with the key it was sent under.

    Raises:
        BrokerError: no broker answers, or the topic is missing.
    """
    sent: set[int] = set()
    for key, mention in read_mentions(connection, topics):
        number = mention_hash(mention)
        if number in author.mentions and number not in sent and not mention.deleted:
            sent.add(number)
            yield key, _deletion(mention)


def _deletion(mention: WireMention) -> dict[str, Any]:
    known = {"brand": mention.brand} if mention.brand else {}
    return known | {
        "id": mention.id,
        "channel": mention.channel,
        "published_at": mention.published,
        "text": "",
        "deleted": True,
        "revision": max(mention.revision or 0, wall_ms() // 1000),
    }
