"""Canary mentions, stage by stage."""

from __future__ import annotations

import msgspec
import pytest

from alerts.incidents.model import decode_notification
from mentions.model.batches import Tick
from mentions.model.batches import encode as encode_scored
from mentions.model.decode import Rejection, decode_record
from mentions.sentiment import Scorer
from streams.heartbeat import canary
from streams.heartbeat.canary import BRAND, Canary, CanaryLostError, from_headers

BEAT = Canary("a1b2", 3, 1_795_420_800_000)


def test_a_canary_comes_out_as_a_notification() -> None:
    """One mention, judged by the functions of the live path from nothing, is told."""
    value = canary.triage_canary(
        canary.watch_canary(canary.score_canary(canary.build_mention(BEAT), BEAT, Scorer.with_brand_weights(None)))
    )
    notification = decode_notification(value)
    assert notification.incident.brand == BRAND
    assert notification.reason == "opened"


def test_no_mention_and_no_configuration_can_claim_the_canarys_brand() -> None:
    """The name holds NUL, which neither a producer's mention nor a configuration may hold."""
    line = msgspec.json.encode({"id": "1", "text": "", "channel": "x", "published_at": 1e9, "brand": BRAND})
    assert isinstance(decode_record(line, None)[0], Rejection)


def test_headers_that_are_no_beat_make_no_canary() -> None:
    """Whatever a foreign producer puts into the header, the record is then an ordinary one."""
    assert from_headers([(canary.HEADER, canary.encode(BEAT))]) == BEAT
    for value in (b"", b"yes", b"\xff", b"{}", b'{"sender":1}', b"x" * 10_000):
        assert from_headers([(canary.HEADER, value)]) is None
    assert from_headers(None) is None


def test_what_is_no_canary_is_lost_with_a_reason() -> None:
    """A record with the header and another content is dropped; it makes no alarm of its own."""
    with pytest.raises(CanaryLostError):
        canary.score_canary(b'{"id":"1"}', BEAT, Scorer.with_brand_weights(None))
    with pytest.raises(CanaryLostError):
        canary.watch_canary(encode_scored([Tick(0, 1, 0, None)]))
    with pytest.raises(msgspec.DecodeError):
        canary.triage_canary(b"")
