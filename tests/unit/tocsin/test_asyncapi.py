"""Generated documents: they say what travels on the topics."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from alerts.incidents.model import encode as encode_record
from community.ledger import Ledger
from community.notes import Note
from community.notes import encode as encode_note
from community.sketch import Summary
from detectors.model.correction import Correction
from detectors.model.signal import Watermark
from mentions import schema
from mentions.model.batches import encode as encode_scored
from mentions.model.decode import Rejection
from mentions.watchlist.watchlist import BrandTerms, Watchlist
from moderation import model as moderation
from streams.agents import dead_letters
from streams.heartbeat.canary import Canary
from streams.heartbeat.canary import encode as encode_canary
from streams.kafka.topics import Topics
from streams.listening.cursor import Cursor
from streams.listening.health import SourceHealth
from streams.stages import group_routing
from streams.stages.group_routing import ForwardedRecord
from streams.stages.score import MentionsRecord, score
from tests.support.alerts import action, run, signal
from tests.support.mentions import ARRIVED, BASE, CountingScorer
from tocsin import asyncapi

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT = asyncapi.document()


def validator(message: str) -> Draft202012Validator:
    """Return the validator of a message's payload."""
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    return Draft202012Validator({**payload, "components": DOCUMENT["components"]})


def test_the_committed_documents_are_up_to_date() -> None:
    """`python -m mentions.schema` and `python -m tocsin.asyncapi` make them."""
    assert (DOCS / "mention.schema.json").read_text("utf-8") == schema.text()
    assert (DOCS / "asyncapi.json").read_text("utf-8") == asyncapi.text()


def test_every_topic_but_the_state_tables_is_described() -> None:
    """Those are nobody else's business."""
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    assert addresses == {topic.name for topic in Topics().all() if not topic.name.endswith("-changelog")}


def test_every_reference_leads_somewhere() -> None:
    """Within the document."""
    found = set(re.findall(r'"\$ref": "#/([^"]+)"', asyncapi.text()))
    for reference in found:
        place: Any = DOCUMENT
        for step in reference.split("/"):
            place = place[step]
        assert place
    assert len(found) > 30


def test_the_mentions_of_the_pages_keep_to_the_schema() -> None:
    """And what is refused does not."""
    Draft202012Validator.check_schema(schema.schema())
    checked = Draft202012Validator(schema.schema())
    page = (DOCS / "mentions.md").read_text("utf-8")
    for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL):
        for mention in re.split(r"\n(?=\{)", block.strip()):
            checked.validate(json.loads(mention))
            validator("mention").validate(json.loads(mention))
    for wrong in ({"reach": -1}, {"rating": 11}, {"deleted": "gone"}, {"revision": -1}, {"title": "x" * 1_001}):
        assert not checked.is_valid(BASE | wrong)


def scored() -> Any:
    """Return a record of scored mentions with a row and a deletion."""
    lines = [BASE | {"id": 1}, BASE | {"id": 1, "deleted": True}]
    records = [MentionsRecord(json.dumps(line).encode(), offset, ARRIVED) for offset, line in enumerate(lines)]
    batches = score(0, records, Watchlist([BrandTerms(name="late", keywords=("late",))]), CountingScorer()).batches
    return msgspec.msgpack.decode(encode_scored(batches))


def samples() -> list[tuple[str, Any]]:
    """Return records as the code writes them, each with the name of its message."""
    notification = run(signal())[1][0]
    letter = dead_letters.encode("mentions", 0, MentionsRecord(b"{", 1, ARRIVED), Rejection(0, b"{", ("line: no",)))
    correction = Correction("acme", 7, 1, 1, deleted=True)
    signals = (signal(), Watermark(1), correction, ForwardedRecord("g", 0, correction))
    return [
        ("scored", scored()),
        ("deadLetter", json.loads(letter)),
        *(("signal", json.loads(group_routing.encode(one))) for one in signals),
        ("action", json.loads(encode_record(action(1)))),
        ("incident", json.loads(encode_record(notification.incident))),
        ("notification", json.loads(encode_record(notification))),
        ("heartbeat", json.loads(encode_canary(Canary("a", 0, 1)))),
        ("sourceCursor", json.loads(msgspec.json.encode(Cursor(seen=[("a", 1)], about={"a": ["acme"]})))),
        ("sourceHealth", json.loads(msgspec.json.encode(SourceHealth("feed a", ["acme"], "active")))),
        ("moderation", json.loads(msgspec.json.encode(moderation.Skipped(id="r", item="i", at=1, by="ann")))),
        ("community", json.loads(msgspec.json.encode(Ledger({0: (4, 1)}, 9, {9: Summary()})))),
        ("communityNote", json.loads(encode_note(Note("ann", "ben", 1, "partner")))),
        ("brand", {"name": "acme"}),
    ]


@pytest.mark.parametrize(("message", "record"), samples())
def test_what_the_code_writes_keeps_to_the_document(message: str, record: Any) -> None:
    """A record of each topic; a number is none of them."""
    validator(message).validate(record)
    assert not validator(message).is_valid(1)


def test_each_topic_has_a_sample() -> None:
    """But the mentions, of which the pages have some."""
    assert {message for message, _ in samples()} | {"mention"} == set(DOCUMENT["channels"])
