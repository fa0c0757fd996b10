"""View of the incidents' messages, followed from the changelog of the receipts table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.delivery import receipts
from streams.views.table_view import TableView

if TYPE_CHECKING:
    from alerts.delivery.ports import MessageRef
    from streams.kafka.topics import Topic, Topics


class PostedMessages(TableView["MessageRef | None"]):
    """The receipt of each incident's message, by the incident's id; None where it is not known to be posted."""

    @staticmethod
    def changelog(topics: Topics) -> Topic:
        """Return the changelog of the receipts."""
        return topics.receipts

    @staticmethod
    def decode(stored: bytes) -> MessageRef | None:
        """Return where a message stands, if it does."""
        return receipts.decode(stored).message

    def apply(self, key: bytes, raw: bytes | None) -> None:
        """Note what a record says of a message; the failures of alerts are left out."""
        if b"\0" not in key:
            super().apply(key, raw)
