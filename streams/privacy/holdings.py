"""Holdings: everything that an installation keeps of an author, for the person who asks what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from alerts.incidents.model import decode_incident
from detectors.engine.edits.erasure import erase
from mentions.model.batches import Batch, decode
from mentions.model.decode import split_lines
from moderation import model as moderation
from streams.exactly_once import fencing
from streams.kafka import reader
from streams.privacy.records import RecordErasure
from streams.stages.watch_rows import read_states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.incidents.model import Incident
    from detectors.model.erased_author import ErasedAuthor
    from streams.kafka.connection import Connection
    from streams.kafka.reader import Record
    from streams.kafka.topics import Topics

Entry = dict[str, Any]


def holdings(connection: Connection, topics: Topics, author: ErasedAuthor) -> Iterator[Entry]:
    """Yield what is kept of an author: where it is, and the part that is about them.

    Mentions, scores, incidents and moderation come with what they say; of other topics and of states, that they hold
    something is said. What others wrote is not in it, nor notes of the brand's own people.

    Raises:
        BrokerError: no broker answers, or a topic is missing.
    """
    erasure = RecordErasure(author)
    for topic, change in erasure.for_topics(topics).items():
        for record in reader.records(connection, topic):
            if not record.value or change(record.value) is record.value:
                continue
            yield {"topic": topic, "partition": record.partition, "offset": record.offset, "at": record.timestamp} | (
                _content(topic, record, topics, erasure)
            )
    for brand in _watched(connection, topics, author):
        yield {"topic": topics.watch_state.name, "brand": brand, "holds": "names or keys in the state of detection"}


def _content(topic: str, record: Record, topics: Topics, erasure: RecordErasure) -> Entry:
    value = record.value or b""
    if topic == topics.mentions.name:
        written = [_json(line) for line in split_lines(value) if erasure.wrote(line)]
        return {"mentions": written} if written else {"holds": "their handle in a text of somebody else"}
    if topic == topics.scored.name:
        rows = [row for part in decode(value) if isinstance(part, Batch) for row in _rows(part, erasure)]
        return {"rows": rows} if rows else {"holds": "their handle in a text of somebody else"}
    if topic == topics.moderation.name:
        return {"moderation": msgspec.to_builtins(moderation.decode(value))}
    if topic == topics.incidents.name:
        return {"incident": _named_in(decode_incident(value), erasure.author)}
    return {"holds": "their name, or a text of theirs"}


def _json(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        return line.decode(errors="replace")


def _rows(batch: Batch, erasure: RecordErasure) -> Iterator[Entry]:
    scores = zip(batch.compounds, batch.abuses, strict=True)
    columns = zip(batch.ids, batch.authors, batch.published, batch.excerpts, batch.urls, scores, strict=True)
    for number, name, published, text, url, (compound, abuse) in columns:
        if number in erasure.author.mentions or erasure.author.is_named(name):
            row = {"brand": batch.brand, "author": name, "published": published, "text": text, "url": url}
            yield row | {"sentiment": compound, "abuse": abuse}


def _named_in(incident: Incident, author: ErasedAuthor) -> Entry:
    signals = [finding.signal for finding in incident.findings.values()]
    counts = [row for signal in signals for row in signal.contributors.authors if author.is_named(row[0])]
    texts = {
        example.text
        for signal in signals
        for example in signal.contributors.examples
        if example.key in author.keys or author.is_named(example.author)
    }
    return {"id": incident.id, "mentions": max((row[1] for row in counts), default=0), "quoted": sorted(texts)}


def _watched(connection: Connection, topics: Topics, author: ErasedAuthor) -> Iterator[str]:
    """Yield the brands in whose stored detection states somebody is."""
    rows: dict[int, dict[bytes, bytes]] = {}
    for record in reader.records(connection, topics.watch_state.name):
        fencing.apply(rows.setdefault(record.partition, {}), record.key, record.value, record.partition)
    for stored in rows.values():
        decoded = [(key, fencing.decode(raw)) for key, raw in stored.items()]
        yield from (state.brand for state, _ in read_states(decoded, lambda *_: None) if erase(state, author))
