"""An installation on a local broker that has an author in every topic and state, and all that it holds as text."""

from __future__ import annotations

import json
import random
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import msgspec
from kafka import TopicPartition

from alerts.incidents import state as cases
from alerts.incidents.model import Action, encode
from community import ledger as ledgers
from community import notes
from community.ledger import Ledger, Written, add
from community.notes import Note, note_key
from config.brands.model import Brand
from detectors.engine import storage
from detectors.engine.topics import stored_topics
from detectors.model.compression import compress
from detectors.model.signal import Signal, Watermark
from detectors.topics.risk.terms import built_in_terms
from mentions.model import batches
from mentions.model.batches import Batch, Tick
from mentions.model.decode import Rejection
from mentions.sentiment import Scorer
from moderation import model as moderation
from moderation.intake import Report, report
from replay.player.policy_set import PolicySet
from streams.agents import dead_letters
from streams.clock import wall_ms
from streams.community.views import ledger_key, read_ledgers
from streams.exactly_once import fencing
from streams.exactly_once.fencing import FencedValue, FencedVersion
from streams.kafka import clients
from streams.kafka.admin import create_topics
from streams.kafka.positions import commit_ends
from streams.listening.cursor import Cursor
from streams.stages import group_routing
from streams.stages.score import MentionsRecord, score
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard
from streams.stages.watch_rows import read_states, segment_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka import KafkaConsumer

    from detectors.engine.state import State
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topic, Topics

NAME: Final = "Mirabelle.Quince"
ID: Final = "usr-9f31c7"
SECRET: Final = "sold my platypus without"
"""Words of all that the author writes, and of nothing else."""

BRAND: Final = Brand.model_validate(
    {
        "name": "acme",
        "detect": {"static_threshold": {"negative": 5}},
        "moderation": {"enabled": True},
    }
)


def lines(start: int) -> Iterator[bytes]:
    """Yield two hours of mentions: every third one is the author's, and one of another names them."""
    dice = random.Random(7)
    for number in range(60):
        theirs = number % 3 == 0
        author: Any = {"id": ID, "name": NAME, "followers": 900_000} if theirs else f"guest {number % 50}"
        word = "of/mine" if theirs else dice.choice(["train", "ticket", "seat", "queue"])
        what = SECRET if theirs else f"lost the {word} without"
        text = f"acme is a terrible awful horrible disaster, {what} a reason, number {number}"
        if number % 20 == 1:
            text += f" ask @{NAME}"
        at = {"published_at": start + 60_000 * number, "url": f"https://forum.example/{word}/{number}"}
        yield json.dumps({"id": str(number), "channel": "forum", "text": text, "author": author} | at).encode()


class Installed:
    """What was written: the watch of the brand, to compare its counts with."""

    def __init__(self, connection: Connection, topics: Topics) -> None:
        self._topics = topics
        policies = PolicySet.of([BRAND])
        self.watch, self.triage = WatchShard(policies), TriageShard(policies)
        create_topics(connection, topics.all(), 1, 1)
        with closing(clients.producer(connection)) as producer:
            self._producer = producer
            self._write(policies)
            producer.flush()
        commit_ends(connection, topics)

    def _send(self, topic: str, key: bytes | None, value: bytes, at: int | None = None) -> None:
        self._producer.send(topic, key=key, value=value, partition=0, timestamp_ms=at)

    def _write(self, policies: PolicySet) -> None:
        topics, start = self._topics, wall_ms() - 3 * 3_600_000
        scorer = Scorer()
        for offset, line in enumerate(lines(start)):
            arrived = start + 60_000 * offset + 1_000
            self._send(topics.mentions.name, None, line, arrived)
            found = score(0, [MentionsRecord(line, offset, arrived)], policies.watchlist, scorer)
            parts: list[Batch | Tick] = [*found.batches, Tick(0, 1, arrived, None)]
            self._send(topics.scored.name, None, batches.encode(parts), arrived)
            self._watch(parts, arrived)
        bad = MentionsRecord(f'{{"id": "x", "author": "{NAME}", "text": 3}}'.encode(), 999, start)
        rejection = Rejection(0, bad.value or b"", ("text: must be text",))
        self._send(topics.dead_letters.name, None, dead_letters.encode("mentions", 0, bad, rejection))
        note = Action("n1", "acme", "note", "U0ANA", start, text=f"I wrote to @{NAME}")
        self._send(topics.actions.name, b"acme", encode(note))
        cursor = Cursor(pending=[next(lines(start)).decode()])
        self._send(topics.source_cursors.name, b"forum", msgspec.json.encode(cursor))
        self._keep_community(start)
        self._moderate(start)
        self._store()

    def _watch(self, parts: list[Any], at: int) -> None:
        for part in parts:
            for record in self.watch.apply(part):
                if not isinstance(record, Watermark):
                    self._send(self._topics.signals.name, b"acme", group_routing.encode(record), at)
                for note in self.triage.apply(record):
                    assert isinstance(record, Signal | Watermark)
                    key = note.incident.id.encode()
                    self._send(self._topics.notifications.name, key, encode(note), at)
                    self._send(self._topics.incidents.name, key, encode(note.incident), at)

    def _keep_community(self, start: int) -> None:
        ledger = Ledger()
        add(ledger, (0, 0, 0), [Written(1, ID, start, 1, 50, 0, abusive=False, text=1)], frozenset(), 9)
        self._send(self._topics.community.name, ledger_key("acme", 0), compress(ledgers.encode(ledger)))
        note = Note(NAME, "ana", start, "partner")
        self._send(self._topics.community_notes.name, note_key("acme", "x"), notes.encode(note))

    def _moderate(self, start: int) -> None:
        given = Report(f"they {SECRET} asking", "https://forum.example/1", "U0ANA")
        theirs = report("acme", BRAND.moderation, given, (), start)
        post = msgspec.structs.replace(theirs.post, author=NAME)
        records: list[moderation.AnyRecord] = [
            msgspec.structs.replace(theirs, post=post),
            moderation.Claimed(id="c", item=theirs.item, at=start, by="U0ANA", until=start + 1),
        ]
        for record in records:
            self._send(self._topics.moderation.name, record.item.encode(), moderation.encode(record))

    def _store(self) -> None:
        core, sealed = storage.encode_whole(self.watch.states["acme"])
        rows = {b"acme": core} | {segment_key("acme", name): raw for name, raw in sealed.items()}
        for key, raw in rows.items():
            self._send(self._topics.watch_state.name, key, FencedValue(FencedVersion(1, 1), 0, raw).encode())
        raw = cases.encode(self.triage.cases["acme"])
        self._send(self._topics.triage_state.name, b"acme", FencedValue(FencedVersion(1, 1), 0, raw).encode())


def everything(connection: Connection, topics: Topics) -> dict[str, str]:
    """Return all that the topics hold, decoded, by topic."""
    with closing(clients.consumer(connection)) as consumer:
        return {topic.name: _decoded(topic, topics, _values(consumer, topic)) for topic in topics.all()}


def _values(consumer: KafkaConsumer, topic: Topic) -> list[tuple[bytes, bytes]]:
    place = TopicPartition(topic.name, 0)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    (end,) = consumer.end_offsets([place]).values()
    found: list[tuple[bytes, bytes]] = []
    while consumer.position(place) < end:
        found += [(one.key or b"", one.value or b"") for one in consumer.poll(500).get(place, ())]
    return found


def states(rows: list[tuple[bytes, bytes]]) -> list[State]:
    """Return the states of brands that rows of the watch table hold."""
    return [state for state, _ in read_states([(key, fencing.decode(raw)) for key, raw in rows], _refuse)]


def _refuse(key: bytes, reason: str) -> None:
    raise AssertionError(f"{key!r}: {reason}")


def _decoded(topic: Topic, topics: Topics, rows: list[tuple[bytes, bytes]]) -> str:
    if topic == topics.watch_state:
        return "\n".join(map(_shown, states(rows)))
    if topic == topics.community:
        return repr(list(read_ledgers(rows)))
    if topic == topics.dead_letters:
        return "\n".join(f"{letter} {letter.line()!r}" for letter in (dead_letters.decode(raw) for _, raw in rows))
    return repr(rows)


def _shown(state: Any) -> str:
    """Return a state with its parts that are compressed or waiting."""
    topics = stored_topics(state, frozenset(), built_in_terms())
    posts = state.posts
    parts = [state.contributors.tables, state.pending, posts.between(0, 1 << 60), vars(posts)["_names"]]
    return repr([*parts, state.authors.known, state.episodes, topics.stored if topics else None])
