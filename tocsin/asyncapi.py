"""AsyncAPI document of all topics, for programs beside Tocsin: `python -m tocsin.asyncapi > docs/asyncapi.json`.

The schemas of the messages are made from the types that the code encodes and decodes.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from alerts.incidents.model import Action, Incident, Notification
from community.ledger import Ledger
from community.notes import Note
from mentions.model.batches import ScoredPart
from mentions.schema import schema as mention_schema
from moderation.model import Record
from streams.agents.dead_letters import DeadLetter
from streams.heartbeat.canary import Canary
from streams.kafka.topics import Topics
from streams.listening.cursor import Cursor
from streams.listening.health import SourceHealth
from streams.stages.group_routing import SignalsRecord

if TYPE_CHECKING:
    from streams.kafka.topics import Topic

VERSION: Final = "1"
"""Of the document's contract: it rises when something that others read changes its meaning."""

_REF: Final = "#/components/schemas/{name}"


class Message(NamedTuple):
    """What a topic carries."""

    name: str
    key: str
    summary: str
    value: Any  # its type; None: an object that other pages describe
    action: str = "send"  # what Tocsin does: send, or receive what others send
    content_type: str = "application/json"


def messages(topics: Topics) -> dict[Topic, Message]:
    """Return what each topic carries that other programs may read or write; state tables are Tocsin's own."""
    return {
        topics.mentions: Message(
            "mention", "anything", "One mention, or several, one a line (JSON Lines)", None, "receive"
        ),
        topics.dead_letters: Message(
            "deadLetter", "as received", "A line that was refused, with the reasons", DeadLetter
        ),
        topics.scored: Message(
            "scored",
            "none: the partition is the brand's",
            "What one round of scoring has for a partition: a micro-batch a brand, then ticks; and verdicts of triage",
            list[ScoredPart],
            content_type="application/msgpack",
        ),
        topics.signals: Message(
            "signal", "brand, or group", "A finding, a correction, event time, or one of them on its way to a group",
            SignalsRecord,
        ),
        topics.actions: Message("action", "brand", "What a person did", Action, "receive"),
        topics.incidents: Message("incident", "incident", "The latest state of an incident", Incident),
        topics.notifications: Message("notification", "incident", "What to tell whom: the outbox", Notification),
        topics.brands: Message("brand", "brand", "The applied configuration of a brand, as in brands.yaml", None),
        topics.moderation: Message("moderation", "item", "A record of an item of the moderation queue", _records()),
        topics.community: Message(
            "community", "brand and source partition", "Counts of a brand's authors: Zstandard over MessagePack",
            Ledger, content_type="application/octet-stream",
        ),
        topics.community_notes: Message("communityNote", "brand and author", "A tag and a note of a person", Note),
        topics.heartbeats: Message("heartbeat", "none", "How far a canary mention has come", Canary),
        topics.source_cursors: Message(
            "sourceCursor", "source", "How far a source is read, and what is being sent", Cursor
        ),
        topics.source_health: Message("sourceHealth", "source", "Whether a source is heard", SourceHealth),
    }  # fmt: skip


def _records() -> Any:
    """Return the union of all kinds of records of the moderation queue."""
    kinds = Record.__subclasses__()
    union = kinds[0]
    for kind in kinds[1:]:
        union |= kind  # type: ignore[assignment]  # a union of types is no type to mypy
    return union


def document() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document of an installation without a prefix."""
    found = messages(Topics())
    typed = {message.name: message.value for message in found.values() if message.value is not None}
    payloads, components = msgspec.json.schema_components(typed.values(), ref_template=_REF)
    by_name = dict(zip(typed, map(_named_discriminator, payloads), strict=True))
    components = {name: _named_discriminator(part) for name, part in components.items()}
    mention = mention_schema()
    components |= {"Mention": _moved(mention), **{name: _moved(part) for name, part in mention["$defs"].items()}}
    by_name |= {"mention": {"$ref": _REF.format(name="Mention")}, "brand": {"type": "object"}}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tocsin",
            "version": VERSION,
            "description": "The topics of Tocsin. `TOCSIN_PREFIX` goes before every address.",
        },
        "defaultContentType": "application/json",
        "channels": {message.name: _channel(topic, message) for topic, message in found.items()},
        "operations": {
            f"{message.action}{message.name[0].upper()}{message.name[1:]}": {
                "action": message.action,
                "channel": {"$ref": f"#/channels/{message.name}"},
                "summary": message.summary,
            }
            for message in found.values()
        },
        "components": {
            "messages": {message.name: _message(message, by_name[message.name]) for message in found.values()},
            "schemas": dict(sorted(components.items())),
        },
    }


def _channel(topic: Topic, message: Message) -> dict[str, Any]:
    settings: dict[str, Any] = {"cleanup.policy": ["compact"] if topic.compacted else ["delete"]}
    if topic.retention is not None:
        settings["cleanup.policy"] = ["compact", "delete"] if topic.compacted else ["delete"]
        settings["retention.ms"] = int(topic.retention.total_seconds() * 1000)
    return {
        "address": topic.name,
        "description": f"{message.summary}. Key: {message.key}.",
        "messages": {message.name: {"$ref": f"#/components/messages/{message.name}"}},
        "bindings": {"kafka": {"topicConfiguration": settings, "bindingVersion": "0.5.0"}},
    }


def _message(message: Message, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": message.name,
        "summary": message.summary,
        "contentType": message.content_type,
        "payload": payload,
    }


def _moved(part: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose references lead to the components."""
    kept = {name: value for name, value in part.items() if name not in {"$schema", "$defs"}}
    moved: dict[str, Any] = json.loads(json.dumps(kept).replace("#/$defs/", "#/components/schemas/"))
    return moved


def _named_discriminator(part: Any) -> Any:
    """Return a schema whose discriminators are names of properties, as AsyncAPI has them; OpenAPI has objects."""
    if isinstance(part, list):
        return [_named_discriminator(one) for one in part]
    if not isinstance(part, dict):
        return part
    changed = {name: _named_discriminator(value) for name, value in part.items()}
    if isinstance(found := part.get("discriminator"), dict) and "propertyName" in found:
        changed["discriminator"] = found["propertyName"]
    return changed


def text() -> str:
    """Return the document as committed in `docs/asyncapi.json`."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
