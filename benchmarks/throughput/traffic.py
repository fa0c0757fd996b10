"""Traffic for benchmarks: mentions of brands over a span of time, as JSON, in records of one mention or of many.

Half of the mentions begin with the brand's name, as people write. One brand may have a share of the traffic of its own;
the others have the rest in equal parts.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from confluent_kafka import Producer

from benchmarks.throughput.words import distinct_texts
from streams.kafka import headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MINUTE_MS: Final = 60_000
_ONSETS: Final = (
    "Br",
    "Dal",
    "Fen",
    "Gor",
    "Hal",
    "Kel",
    "Lum",
    "Mar",
    "Nor",
    "Oak",
    "Pel",
    "Quil",
    "Ros",
    "Tarn",
    "Vel",
)
_MIDDLES: Final = ("a", "ando", "ene", "ila", "imo", "ona", "ora", "uri")
_ENDS: Final = ("bank", "dale", "fone", "gas", "jet", "mart", "net", "rail", "tel", "via", "wear", "worth")

Counts = Counter[tuple[str, int, str]]
"""(brand, minute in ms, "all" or "negative") → how many."""


class Post(NamedTuple):
    """A mention as it is sent."""

    brand: str
    published: int  # ms
    text: str
    value: bytes  # the JSON object


class Record(NamedTuple):
    """A Kafka record of one or more mentions."""

    key: bytes | None
    value: bytes
    timestamp: int  # ms: when its last mention was published
    partition: int | None = None  # None: the producer's choice, by key
    mentions: int = 1
    read_up_to: int | None = None  # ms: the header that says that no earlier mention follows


def brand_names(number: int) -> list[str]:
    """Return `number` distinct invented brand names, always the same."""
    names = [f"{onset}{middle}{end}" for end in _ENDS for middle in _MIDDLES for onset in _ONSETS]
    while len(names) < number:
        names += [f"{name} {len(names) // 1_000}" for name in names]
    return names[:number]


@dataclass(frozen=True)
class Traffic:
    """`count` mentions of `brands` brands, evenly over `span` before `end`; the first brand has `hot` of them."""

    count: int
    brands: int = 20
    hot: float = 0.5
    span: timedelta = timedelta(minutes=90)
    end: datetime = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    seed: int = 7

    def posts(self) -> list[Post]:
        """Return the mentions in order of publication; no id, no text twice."""
        chance, names = Random(self.seed), brand_names(self.brands)
        start, step = self.end_ms - self.span / timedelta(milliseconds=1), self.span / timedelta(milliseconds=1)
        found = []
        for number, text in enumerate(distinct_texts(self.count, self.seed)):
            brand = names[0] if len(names) == 1 or chance.random() < self.hot else chance.choice(names[1:])
            written = f"{brand} {text}" if chance.random() < 0.5 else text
            found.append(post(chance, number, brand, written, int(start + step * number / self.count)))
        return found

    @property
    def end_ms(self) -> int:
        """Return the instant after the last mention [ms]."""
        return round(self.end.timestamp() * 1_000)


def post(chance: Random, number: int, brand: str, text: str, at: int) -> Post:
    """Return the mention with this number, published at `at` [ms], by an author and in a channel drawn by chance."""
    fields: dict[str, Any] = {
        "id": f"m{number}",
        "brand": brand,
        "text": text,
        "author": {
            "id": f"user{chance.randrange(20_000)}",
            "followers": min(int(chance.paretovariate(1.1) * 20), 2_000),
        },
        "channel": chance.choice(("forum", "blog", "mastodon", "bluesky")),
    }
    return _published(fields, at)


def rewritten(mention: Post, at: int) -> Post:
    """Return the mention as if it had been published at another instant [ms]."""
    return _published(json.loads(mention.value), at)


def _published(fields: dict[str, Any], at: int) -> Post:
    fields |= {
        "published_at": datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds"),
        "published": at / 1_000,  # the docs-style app's windows need a number
    }
    return Post(fields["brand"], at, fields["text"], json.dumps(fields, ensure_ascii=False).encode())


def single(posts: Iterable[Post]) -> Iterator[Record]:
    """Return a record for each mention, keyed by its brand."""
    return (Record(one.brand.encode(), one.value, one.published) for one in posts)


def spread(posts: Iterable[Post], partitions: int) -> Iterator[Record]:
    """Return a record for each mention, without a key, in turn over the partitions."""
    for number, one in enumerate(posts):
        yield Record(None, one.value, one.published, number % partitions)


def packed(posts: Sequence[Post], size: int, partitions: int) -> Iterator[Record]:
    """Return records of `size` mentions of any brand, in turn over the partitions."""
    for number, start in enumerate(range(0, len(posts), size)):
        pack = posts[start : start + size]
        yield Record(None, b"\n".join(one.value for one in pack), pack[-1].published, number % partitions, len(pack))


def markers(instant: int, partitions: int) -> Iterator[Record]:
    """Return a record for each partition that says: no mention before `instant` [ms] follows."""
    return (Record(None, b"", instant, number, 0, instant) for number in range(partitions))


def send(bootstrap: str, topic: str, records: Iterable[Record]) -> int:
    """Send records with their own timestamps; returns how many, once all are acknowledged.

    Raises:
        RuntimeError: the broker refused one.
    """
    producer, refused, sent = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 5}), [], 0
    for record in records:
        options: dict[str, Any] = {} if record.partition is None else {"partition": record.partition}
        if record.read_up_to is not None:
            options["headers"] = [(headers.READ_UP_TO, str(record.read_up_to).encode())]
        while True:
            try:
                producer.produce(
                    topic,
                    record.value,
                    record.key,
                    timestamp=record.timestamp,
                    on_delivery=lambda error, _: refused.append(error) if error else None,
                    **options,
                )
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
        sent += 1
    producer.flush()
    if refused:
        raise RuntimeError(f"{topic}: {len(refused)} of {sent} records refused, the first: {refused[0]}")
    return sent
