"""What is said from outside of what the workers keep: the newest, whatever came in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery import receipts
from alerts.delivery.ports import MessageRef
from alerts.delivery.receipts import DeliveryRecord
from alerts.delivery.undelivered import Undelivered
from alerts.incidents import state as cases
from alerts.incidents.silences import Silence
from streams.exactly_once.fencing import FencedValue, FencedVersion, decode, newer
from streams.kafka.topics import Topics
from streams.views.active_silences import ActiveSilences
from streams.views.posted_messages import PostedMessages
from streams.views.undelivered import KEY_END, UndeliveredView

if TYPE_CHECKING:
    from streams.views.table_view import TableView

INCIDENT = "acme-1"


def posting(version: tuple[int, int], ts: str | None) -> bytes:
    """Return a posting as the table stores it."""
    receipt = None if ts is None else MessageRef("C0000001", ts)
    return stored(receipts.encode(DeliveryRecord(INCIDENT, "#acme", 0, receipt)), *version)


def stored(payload: bytes, epoch: int = 1, number: int = 1) -> bytes:
    """Return a value as a table stores it."""
    return FencedValue(FencedVersion(epoch, number), 0, payload).encode()


@given(
    st.lists(st.tuples(st.tuples(st.integers(1, 3), st.integers(0, 9)), st.none() | st.text("0123456789")), min_size=1)
)
def test_the_newest_is_known_in_whatever_order_it_was_written(
    written: list[tuple[tuple[int, int], str | None]],
) -> None:
    """As a worker's own table would have it after its recovery: a zombie's late write changes nothing."""
    posted, recovered = PostedMessages(), None
    for version, ts in written:
        raw = posting(version, ts)
        posted.apply(INCIDENT.encode(), raw)
        recovered = newer(recovered, raw)
    assert recovered is not None
    assert posted.get(INCIDENT) == receipts.decode(decode(recovered).payload).message


def test_what_is_removed_is_not_known_any_more() -> None:
    """Nor is what was never written."""
    posted = PostedMessages()
    posted.apply(INCIDENT.encode(), posting((1, 1), "1.000001"))
    assert posted.get(INCIDENT) == MessageRef("C0000001", "1.000001")
    posted.apply(INCIDENT.encode(), None)
    assert posted.get(INCIDENT) is None is posted.get("another")


@pytest.mark.parametrize(
    ("mirror", "good"),
    [
        (PostedMessages(), posting((1, 1), "1.000001")),
        (ActiveSilences(), stored(cases.encode(cases.TriageState("acme", silences=(Silence(0, 99),))))),
    ],
)
def test_rubbish_is_skipped_and_the_last_good_value_stays(mirror: TableView[Any], good: bytes) -> None:
    """A follower does not end over one record."""
    mirror.apply(b"acme", good)
    before = mirror.get("acme")
    assert before
    for raw in (b"", b"{}", stored(b"not one", 9), stored(b"\xff", 9)):
        mirror.apply(b"acme", raw)
        assert mirror.get("acme") == before


def test_each_follows_its_own_table() -> None:
    """The topics are those that the workers' tables are written to."""
    topics = Topics("x.")
    assert (PostedMessages.changelog(topics), ActiveSilences.changelog(topics)) == (
        topics.receipts,
        topics.triage_state,
    )


def test_undelivered_alerts_and_receipts_share_a_table_and_are_distinguished() -> None:
    """The oldest first; what the outbox cannot hold any more is left out."""
    topics, view, posted = Topics(), UndeliveredView(), PostedMessages()
    now, day = 1_790_000_000_000, 86_400_000
    for name, since in (("a", now - day), ("b", now - 2 * day), ("c", now - 31 * day)):
        alert = Undelivered(name, "#acme", since, "acme", "is_archived", "…")
        for one in (view, posted):
            one.apply(name.encode() + KEY_END, stored(msgspec.json.encode(alert)))
            one.apply(name.encode(), posting((1, 1), "1.000001"))
    assert [alert.incident for alert in view.alerts(topics, now)] == ["b", "a"]
    assert posted.get("a") == MessageRef("C0000001", "1.000001")
    view.apply(b"b" + KEY_END, None)
    view.apply(b"a" + KEY_END, stored(b"not one", 9))
    assert [alert.incident for alert in view.alerts(topics, now)] == ["a"]
