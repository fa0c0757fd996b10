"""Search for an author: which accounts a name stands for, and everything that the topics hold of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from detectors.model.erased_author import ErasedAuthor
from mentions.model.batches import Batch, decode
from mentions.model.decode import Rejection, decode_line, split_lines
from mentions.scoring import mention_hash
from mentions.watchlist.normalise import normalise_handle
from moderation import model as moderation
from moderation.model import Flagged
from streams.kafka import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mentions.model.wire import WireMention
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics


class Account(NamedTuple):
    """An account as mentions give it: the id, else the name; the name; the channel."""

    id: str
    name: str
    channel: str


class Found(NamedTuple):
    """What a name was found to stand for."""

    author: ErasedAuthor
    accounts: Counter[Account]
    """With how many mentions of the topic `mentions`."""

    @property
    def ids(self) -> set[str]:
        """Return the different ids."""
        return {normalise_handle(account.id) for account in self.accounts}


def find_author(connection: Connection, topics: Topics, names: Iterable[str]) -> Found:
    """Return whom some names, ids or handles stand for, by the mentions, scores and moderation that Kafka holds.

    An account that bears one of the names is theirs with its id, so that what keeps the id alone is found, too.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    given = ErasedAuthor(frozenset(names))
    accounts: Counter[Account] = Counter()
    spelled, mentions = set(given.spelled), set[int]()
    for _, mention in read_mentions(connection, topics):
        if any(map(given.is_named, mention.author_names)):
            accounts[account_of(mention)] += 1
            spelled |= {*mention.author_names}
            mentions.add(mention_hash(mention))
    author = ErasedAuthor(frozenset(spelled))
    mentions.update(_scored(connection, topics, author))
    mentions |= {
        flagged.post.id
        for record in reader.records(connection, topics.moderation.name)
        for flagged in [_flagged(record.value)]
        if flagged is not None and author.is_named(flagged.post.author)
    }
    return Found(ErasedAuthor(author.spelled, frozenset(mentions)), accounts)


def read_mentions(connection: Connection, topics: Topics) -> Iterator[tuple[bytes | None, WireMention]]:
    """Yield the mentions of the topic `mentions`, each with the key of its record."""
    for record in reader.records(connection, topics.mentions.name):
        for line in split_lines(record.value or b""):
            mention = decode_line(line, None)
            if not isinstance(mention, Rejection):
                yield record.key, mention


def account_of(mention: WireMention) -> Account:
    """Return the account that wrote a mention."""
    names = mention.author_names
    return Account(names[0], names[-1], mention.channel)


def _scored(connection: Connection, topics: Topics, author: ErasedAuthor) -> Iterator[int]:
    for record in reader.records(connection, topics.scored.name):
        try:
            parts = decode(record.value or b"")
        except msgspec.DecodeError:
            continue
        for part in parts:
            if isinstance(part, Batch):
                rows = zip(part.authors, part.ids, strict=True)
                yield from (number for name, number in rows if author.is_named(name))


def _flagged(value: bytes | None) -> Flagged | None:
    try:
        record = moderation.decode(value or b"")
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, Flagged) else None
