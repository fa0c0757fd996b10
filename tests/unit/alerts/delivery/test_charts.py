"""Charts of messages: they stay through edits, and what goes wrong with one costs the alert nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from alerts.delivery.chart_uploader import ChartUploader
from alerts.delivery.outbox import Outbox
from alerts.delivery.ports import DeliveryError, MessageRef
from alerts.rendering.route import Route
from detectors.model.signal import Timeline
from tests.support.alerts import MINUTE, START, MemoryReceipts, RecordingMetrics, fast_clock, run, signal
from tests.support.delivery import until

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from alerts.rendering.message import Message

COURSE = Timeline(START, 5 * MINUTE, (1,) * 36, (0,) * 36, None)


class Board:
    """A place for messages and files, whose edits fail as the test says."""

    def __init__(self, *failures: DeliveryError) -> None:
        self.failures = list(failures)
        self.edits: list[bool] = []  # whether each showed a chart
        self.uploading = asyncio.Event()
        self.take = asyncio.Event()
        self.take.set()

    async def upload(self, name: str, content: bytes, alt: str) -> str:
        """Take a file."""
        assert name
        assert content
        assert alt
        self.uploading.set()
        await self.take.wait()
        return "F1"

    async def delete_file(self, file: str) -> None:
        """Delete a file."""
        assert file

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Take a message."""
        assert message
        return MessageRef(channel, "1")

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Take an edit, or fail."""
        assert receipt
        self.edits.append("'image'" in str(message.blocks))
        if self.failures:
            raise self.failures.pop(0)

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Take a reply."""

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Nothing was lost here."""

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Nothing is here twice."""
        del receipt, incident, since
        return 0

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """No reply was lost here."""
        del receipt, revision
        return False


def life() -> list[Notification]:
    """Return what is reported of an incident with a chart: its opening, and a higher figure a minute later."""
    return run(*(replace(signal(minute, observed=83 * 3**minute), timeline=COURSE) for minute in (0, 1)))[1]


def outbox(board: Board, store: MemoryReceipts) -> Outbox:
    """Return a delivery to that place."""
    return Outbox(
        board, store, lambda *_: Route("C1"), metrics=RecordingMetrics(), clock=fast_clock(500), min_interval=0.1
    )


async def shown(delivery: Outbox, board: Board, *notifications: Notification) -> None:
    """Deliver until all is done, the chart included."""
    for notification in notifications:
        delivery.submit(notification, lambda: None)
    await board.uploading.wait()
    await until(lambda: bool(board.edits))
    await delivery.drain()


BUSY = DeliveryError("internal_error", "wait", retryable=True)
TOO_LONG = DeliveryError("msg_blocks_too_long", "shorten it", retryable=False)


@pytest.mark.parametrize(
    ("failure", "edits", "kept"), [(BUSY, [True, True, True], True), (TOO_LONG, [True, True, False], False)]
)
async def test_a_chart_stays_unless_the_message_is_too_long_with_it(
    failure: DeliveryError, edits: list[bool], *, kept: bool
) -> None:
    """An edit that is tried again shows it again; one that is refused for its length is shown without."""
    board, store = Board(), MemoryReceipts()
    delivery, (opened, grown) = outbox(board, store), life()
    await shown(delivery, board, opened)
    board.failures.append(failure)
    await shown(delivery, board, grown)
    (record,) = store.postings.values()
    assert (board.edits, record.chart is not None, record.revision) == (edits, kept, 2)


async def test_a_chart_that_cannot_be_shown_is_given_up() -> None:
    """It is no alert: one attempt, and the message stays as it is."""
    board, store = Board(*[DeliveryError("internal_error", "wait", retryable=True)] * 50), MemoryReceipts()
    await shown(outbox(board, store), board, life()[0])
    (record,) = store.postings.values()
    assert (board.edits, record.chart, record.revision) == ([True], None, 1)


async def test_what_is_being_drawn_does_not_hold_up_the_end() -> None:
    """A worker that stops leaves the chart: the one that takes over draws another."""
    board, ready = Board(), []
    board.take.clear()
    charts = ChartUploader(board, lambda *_: Route("C1"), fast_clock(500), 0.1, lambda *drawn: ready.append(drawn))
    charts.request(life()[0], None)
    await board.uploading.wait()
    await charts.stop()
    board.take.set()
    await asyncio.sleep(0)
    assert ready == []
