"""Prometheus metrics of the stages: what was rejected and counted, how long detection takes, state, open incidents."""

from __future__ import annotations

from collections import Counter as Counts
from typing import TYPE_CHECKING, Final, get_args

from msgspec.structs import asdict
from prometheus_client import Counter, Gauge, Histogram

from detectors.engine.state import Totals
from detectors.model.signal import Severity
from mentions.model.mention import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from alerts.incidents.state import TriageState
    from mentions.model.decode import Rejection

REJECTED = Counter(
    "tocsin_rejected_mentions_total",
    "Mentions that became dead letters, by the field that is wrong; record: no JSON, or none of ours",
    ["field"],
)
COUNTED = Counter(
    "tocsin_counted_mentions_total",
    "What the watch stage made of scored mentions: mentions are counted, duplicates and redelivered are dropped; "
    "late, delayed, backfill, edited and deleted are among the counted",
    ["outcome"],
)
DETECTION = Histogram(
    "tocsin_detection_seconds",
    "Time of the detectors for the records that are worked on at once",
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10),
)
STATE_BYTES = Gauge(
    "tocsin_state_bytes", "Bytes of state that the workers hold, by table", ["table"], multiprocess_mode="livesum"
)
OPEN_INCIDENTS = Gauge(
    "tocsin_open_incidents", "Incidents that are not resolved, by severity", ["severity"], multiprocess_mode="livesum"
)

_FIELDS: Final = frozenset(Mention.model_fields)
_NOTHING: Final = Totals()


def count_rejections(rejections: Iterable[Rejection]) -> None:
    """Count rejected mentions, each by the field of its first reason."""
    for rejection in rejections:
        REJECTED.labels(rejected_field(rejection)).inc()


def rejected_field(rejection: Rejection) -> str:
    """Return the field of a mention that the first reason names; "record" where it names none.

    >>> from mentions.model.decode import Rejection
    >>> rejected_field(Rejection(0, b"", ("author.followers: must be at least 0, got -1",)))
    'author'
    >>> rejected_field(Rejection(0, b"", ("not JSON",)))
    'record'
    """
    field = rejection.reasons[0].partition(":")[0].partition(".")[0] if rejection.reasons else ""
    return field if field in _FIELDS else "record"


def count_totals(before: Totals | None, after: Totals | None) -> None:
    """Count what a batch added to a brand's totals."""
    if after is None:
        return
    known = asdict(before or _NOTHING)
    for outcome, number in asdict(after).items():
        if number > known[outcome]:
            COUNTED.labels(outcome).inc(number - known[outcome])


def set_state_bytes(table: str, values: Iterable[bytes]) -> None:
    """Note how much a table holds."""
    STATE_BYTES.labels(table).set(sum(map(len, values)))


def set_open_incidents(states: Iterable[Mapping[str, TriageState]]) -> None:
    """Note how many incidents are open in the states of the owned partitions."""
    found = (case.incident for cases in states for case in cases.values())
    counts = Counts(one.severity for one in found if one is not None and one.status != "resolved")
    for severity in get_args(Severity):
        OPEN_INCIDENTS.labels(severity).set(counts[severity])
