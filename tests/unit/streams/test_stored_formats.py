"""A rolling upgrade: what an earlier version stored on its last day, read by this one, and what a newer one stored.

`stored/` holds, for each format of the state that was ever written, the records of one brand of the invented day as
that version wrote them to Kafka, and what it knew of them. They are never written again.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from alerts.incidents import state as cases
from alerts.incidents.lifecycle import process
from alerts.incidents.model import Action, decode_action, decode_incident
from config.brands.wire import decode_with_overrides, encode_brand
from detectors.engine import storage
from detectors.engine.engine import process as process_batch
from detectors.windows.buckets import MINUTE
from mentions.model import batches

STORED = sorted((Path(__file__).parent / "stored").glob("*.json.gz"))


class Stored:
    """The records of one earlier version."""

    def __init__(self, path: Path) -> None:
        document = json.loads(gzip.decompress(path.read_bytes()))
        self.facts: dict[str, Any] = document["facts"]
        self._records: dict[str, Any] = document["records"]

    def record(self, name: str) -> bytes:
        """Return a record."""
        return b64decode(self._records[name])

    def records(self, name: str) -> list[bytes]:
        """Return the records of a kind."""
        return [b64decode(one) for one in self._records[name]]

    def state(self) -> tuple[bytes, dict[str, bytes]]:
        """Return the core of the brand's state and its segments."""
        return self.record("core"), {name: b64decode(raw) for name, raw in self._records["sealed"].items()}


@pytest.fixture(params=STORED, ids=lambda path: path.name.partition(".")[0])
def stored(request: pytest.FixtureRequest) -> Stored:
    """Return what one earlier version stored."""
    return Stored(request.param)


def test_every_older_format_that_is_read_has_its_records() -> None:
    """A new format comes with the records of the one before it."""
    kept = {Stored(path).facts["version"] for path in STORED}
    assert kept == set(range(storage.OLDEST, storage.VERSION))


def test_a_state_goes_on_under_this_version(stored: Stored) -> None:
    """It is read as it was, written in the format of today, and the next batch is the same to both."""
    facts, (core, sealed) = stored.facts, stored.state()
    state = storage.decode_parts(core, sealed)
    assert (state.brand, state.last_closed_minute) == (facts["brand"], facts["last_closed_minute"])
    assert (len(state.dedup.known), sorted(state.episodes)) == (facts["ids"], facts["episodes"])
    rewritten, segments = storage.encode_whole(state)
    assert msgspec.msgpack.decode(rewritten)[0] == storage.VERSION
    again = storage.decode_parts(rewritten, segments)
    (batch,) = batches.decode(stored.record("scored"))
    assert isinstance(batch, batches.Batch)
    later = [(facts["last_closed_minute"] + 2) * MINUTE] * len(batch)
    batch = replace(batch, ids=[one + 1 for one in batch.ids], published=later, offsets=[10**6] * len(batch))
    policy = decode_with_overrides(stored.record("brand")).brand.detect
    (state, signals), (again, others) = process_batch(state, batch, policy), process_batch(again, batch, policy)
    assert signals == others
    assert storage.encode(again) == storage.encode(state)
    assert len(state.dedup.known) == facts["ids"] + len(batch)


def test_an_incident_goes_on_under_this_version(stored: Stored) -> None:
    """Its case with acknowledgement, history and silence is read, and the next action is applied to it once."""
    facts, case = stored.facts, cases.decode(stored.record("case"))
    incident = decode_incident(stored.record("incident"))
    assert case.incident is not None
    for known in (case.incident, incident):
        assert (known.id, known.status, known.severity) == (facts["incident"], facts["status"], facts["severity"])
        assert (known.acknowledged_by, known.opened_at) == (facts["acknowledged_by"], facts["opened_at"])
        assert sorted(known.findings) == facts["findings"]
        assert [[one.at, one.actor, one.reason, one.text] for one in known.history] == facts["history"]
    assert [one.reason for one in case.silences] == facts["silences"]
    brand = decode_with_overrides(stored.record("brand")).brand
    action = Action("later", brand.name, "resolve", "ana", facts["history"][-1][0], incident.id)
    after, notifications = process(case, action, brand.alert)
    assert [one.reason for one in notifications] == ["resolved"]
    assert cases.decode(cases.encode(after)) == after
    for raw in stored.records("actions"):  # read again, as after a restart
        assert process(after, decode_action(raw), brand.alert)[1] == []


def test_records_of_topics_are_read_by_this_version(stored: Stored) -> None:
    """Scored mentions and a brand's configuration; what has come since takes its default."""
    (batch,) = batches.decode(stored.record("scored"))
    assert isinstance(batch, batches.Batch)
    assert (batch.brand, len(batch)) == (stored.facts["brand"], stored.facts["batch"])
    brand = decode_with_overrides(stored.record("brand")).brand
    assert (brand.name, brand.slack_channel) == (stored.facts["brand"], stored.facts["slack_channel"])
    assert decode_with_overrides(encode_brand(brand)).brand == brand


def test_a_newer_state_is_refused_and_not_taken_for_damage(stored: Stored) -> None:
    """After a rollback, however else the newer version lays it out: its own error, so that nothing is overwritten."""
    core, sealed = stored.state()
    _, *rest = msgspec.msgpack.decode(core, type=list[msgspec.Raw])
    for parts in ([storage.VERSION + 1, *rest], [storage.VERSION + 1, rest[0], {"another": "layout"}]):
        with pytest.raises(storage.NewerFormatError, match=f"reads up to {storage.VERSION}"):
            storage.decode_parts(msgspec.msgpack.encode(parts), sealed)
