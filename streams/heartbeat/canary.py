"""What each stage makes of a canary mention: by the functions real mentions go through, and without a trace.

A record of `mentions` with the header `heartbeat` holds one mention of a brand that nobody can configure. Each stage
applies it to a state of its own that is thrown away, and forwards it with the header, to the same partition. So it
needs what a real mention needs, and changes no brand's counts, no table and no clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from alerts.delivery.undelivered import UndeliveredSummary
from alerts.incidents.model import encode as encode_notification
from alerts.incidents.policy import Policy as AlertPolicy
from config.brands.overrides import FOREVER, PolicyInterval
from detectors.model.signal import Signal
from detectors.model.signal import decode as decode_signal
from detectors.model.signal import encode as encode_signal
from detectors.policy import Policy as WatchPolicy
from mentions.model.batches import Batch, Tick
from mentions.model.batches import decode as decode_scored
from mentions.model.batches import encode as encode_scored
from mentions.watchlist.watchlist import BrandTerms, Watchlist
from streams.stages.score import MentionsRecord, score
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mentions.scorer_port import Scorer

T = TypeVar("T")

BRAND: Final = "\0heartbeat"
"""What the canary mentions. No brand of a configuration and no mention of a producer may hold NUL."""

ALIAS: Final = "heartbeat"
"""What the mention itself calls it."""

HEADER: Final = "heartbeat"

STAGES: Final = ("score", "watch", "triage", "notify")

_LONGEST: Final = 300  # bytes of a header


class Canary(msgspec.Struct, frozen=True, omit_defaults=True):
    """One canary: who sent it when (ms), into which partition, the stage that passed it on, what Slack had against."""

    sender: str
    partition: int
    sent_at: int
    stage: str = ""  # of the worker that reports; "" on the way
    slack_error: str = ""  # what the check of Slack failed with, code and remedy
    undelivered: UndeliveredSummary = UndeliveredSummary()  # alerts of the partition


_encode: Final = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder(Canary)


def encode(beat: Canary) -> bytes:
    """Return the wire form (JSON) of a beat."""
    return _encode(beat)


def decode(raw: bytes) -> Canary:
    """Return the beat that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a beat.
    """
    return _decoder.decode(raw)


def from_headers(headers: Iterable[tuple[str, bytes]] | Mapping[str, bytes] | None) -> Canary | None:
    """Return the beat that a record's headers carry; None for every other record."""
    value = dict(headers).get(HEADER) if headers else None
    if not value or len(value) > _LONGEST:
        return None
    try:
        return decode(value)
    except msgspec.DecodeError:
        return None


def build_mention(beat: Canary) -> bytes:
    """Return the canary as a producer sends mentions."""
    return msgspec.json.encode(
        {
            "id": f"{beat.sender}-{beat.partition}-{beat.sent_at}",
            "text": "The canary sings, and all is well.",
            "published_at": beat.sent_at,
            "channel": ALIAS,
            "brand": ALIAS,
        }
    )


class _Policies:
    """One mention is an incident."""

    _watch: Final = PolicyInterval(WatchPolicy.model_validate({"static_threshold": {"mentions": 1}}), FOREVER)
    _alert: Final = AlertPolicy()

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        del brand, revision, at
        return self._watch

    def alert_policy(self, brand: str) -> AlertPolicy:
        del brand
        return self._alert

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        del brand
        return "", ()


_POLICIES: Final = _Policies()
_WATCHLIST: Final = Watchlist([BrandTerms(name=BRAND, aliases=(ALIAS,))])


class CanaryLostError(Exception):
    """A stage made nothing of the canary."""


def score_canary(value: bytes, beat: Canary, scorer: Scorer) -> bytes:
    """Return the batch that the score stage makes of the canary.

    Raises:
        LostError: it makes none.
    """
    record = MentionsRecord(value, offset=0, arrived=beat.sent_at)
    return encode_scored([_only(score(beat.partition, [record], _WATCHLIST, scorer).batches)])


def watch_canary(value: bytes) -> bytes:
    """Return the signal that the watch stage makes of that batch.

    Raises:
        LostError: it makes none.
        msgspec.DecodeError: the value is no record of `mentions.scored`.
    """
    batch = _only(decode_scored(value))
    if not isinstance(batch, Batch):
        raise CanaryLostError("a tick is no canary")
    shard = WatchShard(_POLICIES)
    found = [*shard.apply(batch), *shard.apply(Tick(0, 1, batch.published[-1], None))]
    return encode_signal(_only([one for one in found if isinstance(one, Signal)]))


def triage_canary(value: bytes) -> bytes:
    """Return the notification that the triage stage makes of that signal.

    Raises:
        LostError: it makes none.
        msgspec.DecodeError: the value is no record of `signals`.
    """
    return encode_notification(_only(TriageShard(_POLICIES).apply(decode_signal(value))))


def _only(made: list[T]) -> T:
    if not made:
        raise CanaryLostError("nothing follows from the canary")
    return made[0]
