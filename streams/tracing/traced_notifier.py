"""A notifier with a span for each request, below the span of the notification that it delivers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import SpanKind, Status, StatusCode

from alerts.delivery.ports import DeliveryError
from streams.tracing import propagation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.delivery.ports import MessageRef
    from alerts.rendering.message import Message


class TracedNotifier:
    """A notifier whose requests are traced."""

    def __init__(self, notifier: Any, tracer: Any, spans: Mapping[str, Any]) -> None:
        """Take the notifier, the tracer, and the span of the last notification of each incident."""
        self._notifier = notifier
        self._tracer = tracer
        self._spans = spans

    @contextmanager
    def _span(self, method: str, incident: str = "", revision: int = 0) -> Iterator[None]:
        context = self._spans.get(incident)
        kind = type(self._notifier).__name__.removesuffix("Notifier")
        attributes = {"tocsin.incident": incident, "tocsin.revision": revision} if incident else {}
        with self._tracer.start_as_current_span(
            f"{kind} {method}",
            propagation.parent(context) if context else None,
            SpanKind.CLIENT,
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except DeliveryError as error:
                span.set_status(Status(StatusCode.ERROR, error.code))
                raise

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post a message and return the reference to it."""
        with self._span("post", message.incident, message.revision):
            made: MessageRef = await self._notifier.post(channel, message)
            return made

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Replace what a message shows."""
        with self._span("update", message.incident, message.revision):
            await self._notifier.update(receipt, message)

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Post in a message's thread."""
        with self._span("reply", message.incident, message.revision):
            await self._notifier.reply(receipt, message)

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return the incident's message posted since an instant, if there is one."""
        with self._span("find", incident):
            found: MessageRef | None = await self._notifier.find(channel, incident, since)
            return found

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Delete the incident's messages other than `receipt`; count them."""
        with self._span("delete duplicates", incident):
            count: int = await self._notifier.delete_duplicates(receipt, incident, since)
            return count

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Tell whether a message's thread holds the reply of a revision."""
        found: bool = await self._notifier.has_reply(receipt, revision)
        return found


class TracedUploader(TracedNotifier):
    """The same, of a service that stores files; those are no alert, and have no span."""

    async def upload(self, name: str, content: bytes, alt: str) -> str:
        """Upload a picture; return its id."""
        made: str = await self._notifier.upload(name, content, alt)
        return made

    async def delete_file(self, file: str) -> None:
        """Delete a file."""
        await self._notifier.delete_file(file)
