"""Port of tracing: what a worker, a listener and `tocsin ingest` do with it. Without traces it changes nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from alerts.delivery.ports import Notifier
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Headers, Sender
    from streams.kafka.topics import Topics

    Process = Callable[[Sequence[KafkaRecord]], Awaitable[None]]

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
"""Headers of a Kafka record, as W3C Trace Context names them."""


class Tracing(Protocol):
    """How the parts of a process are traced."""

    def wrap(self, stage: str, process: Process) -> Process:
        """Return the `process` of a stage, with a span for each batch."""

    def sender(self, sender: Sender, topics: Topics) -> Sender:
        """Return a sender whose records carry the span that they follow from."""

    def notifier(self, notifier: Notifier) -> Notifier:
        """Return a notifier with a span for each request."""

    def remote(self, traceparent: str) -> AbstractContextManager[object]:
        """Enter what a request came from, as its header `traceparent` says."""

    def sending(self, name: str, count: int, **attributes: str) -> AbstractContextManager[Headers | None]:
        """Enter the span of `count` mentions on their way to Kafka; yields the headers of their records."""


class NoTracing:
    """No traces: everything is as it was."""

    def wrap(self, stage: str, process: Process) -> Process:  # noqa: ARG002  the port's parameters
        """Return `process`."""
        return process

    def sender(self, sender: Sender, topics: Topics) -> Sender:  # noqa: ARG002  the port's parameters
        """Return the sender."""
        return sender

    def notifier(self, notifier: Notifier) -> Notifier:
        """Return the notifier."""
        return notifier

    def remote(self, traceparent: str) -> AbstractContextManager[object]:  # noqa: ARG002  the port's parameters
        """Enter nothing."""
        return nullcontext()

    def sending(
        self,
        name: str,  # noqa: ARG002  the port's parameters
        count: int,  # noqa: ARG002
        **attributes: str,  # noqa: ARG002
    ) -> AbstractContextManager[Headers | None]:
        """Yield no headers."""
        return nullcontext()


NO_TRACING: Final = NoTracing()
