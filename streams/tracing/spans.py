"""Traces by OpenTelemetry: a span for each batch, and a chain of spans for what opens or changes an incident.

    producer ─► score ─► signal ─► triage ─► Slack request
                  └────► watch (links)

`score` and `watch` are one span a batch, however many mentions it holds; the producers' spans are its links, or its
parent where there is one only. The chain from `signal` on has a span for each finding, notification and request: few.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, use_span

from streams.tracing import propagation
from streams.tracing.brand_spans import BrandSpans
from streams.tracing.port import TRACEPARENT
from streams.tracing.traced_notifier import TracedNotifier, TracedUploader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence

    from alerts.delivery.ports import Notifier
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Headers, Sender
    from streams.kafka.topics import Topics
    from streams.tracing.port import Process

_INCIDENTS: Final = 10_000
"""Incidents whose last notification is remembered."""


@dataclass
class _Batch:
    """A batch under way: its stage, its span, and the record that is being processed."""

    stage: str
    started_ns: int
    span: Any = None  # opentelemetry.trace.Span
    record: Any = None  # opentelemetry.trace.SpanContext that the record carries


class _Records(list["KafkaRecord"]):
    """The records of a batch; the batch knows which of them was taken last."""

    def __init__(self, records: Sequence[KafkaRecord], batch: _Batch) -> None:
        super().__init__(records)
        self._batch = batch

    def __iter__(self) -> Iterator[KafkaRecord]:
        for record in super().__iter__():
            self._batch.record = propagation.context_of(record.headers)
            yield record


@dataclass
class SpanTracing:
    """Traces of one process."""

    tracer: Any  # opentelemetry.trace.Tracer
    _current: ContextVar[_Batch | None] = field(default_factory=lambda: ContextVar("batch", default=None))
    _brands: BrandSpans = field(default_factory=BrandSpans)
    _incidents: OrderedDict[str, Any] = field(default_factory=OrderedDict)  # incident → span of its last notification

    def wrap(self, stage: str, process: Process) -> Process:
        """Return the `process` of a stage, with a span for each batch of score and watch."""

        async def traced(records: Sequence[KafkaRecord]) -> None:
            batch = _Batch(stage, time.time_ns())
            token = self._current.set(batch)
            try:
                await self._process(batch, records, process)
            finally:
                self._current.reset(token)

        return traced

    async def _process(self, batch: _Batch, records: Sequence[KafkaRecord], process: Process) -> None:
        if batch.stage == "watch":
            self._brands.note(records)
        if batch.stage == "notify":
            self._note_notifications(records)
        come_from = propagation.origin(records)
        traced = come_from.links or come_from.parent is not None
        if not records or (batch.stage != "score" and not (batch.stage == "watch" and traced)):
            await process(_Records(records, batch))
            return
        attributes = {"messaging.system": "kafka", "messaging.batch.message_count": len(records)}
        with self.tracer.start_as_current_span(
            batch.stage, come_from.parent, SpanKind.CONSUMER, attributes, come_from.links
        ) as batch.span:
            await process(_Records(records, batch))

    def sender(self, sender: Sender, topics: Topics) -> Sender:
        """Return a sender whose records carry the span that they follow from."""
        return _TracedSender(sender, topics, self)

    def headers(self, topics: Topics, topic: str, key: bytes | None) -> Headers:
        """Return the headers of a record that is sent now: those of a span, made for it where it is worth one."""
        batch = self._current.get()
        name = (key or b"").decode(errors="replace")
        if batch is None:
            return []
        if batch.stage == "score" and topic == topics.scored.name:
            return propagation.headers_of(batch.span.get_span_context())
        if batch.stage == "watch" and topic == topics.signals.name and key:
            return self._instant("signal", batch, self._brands.spans(name, batch.record), brand=name)
        if batch.stage == "triage" and topic == topics.signals.name and batch.record:
            return propagation.headers_of(batch.record)
        if batch.stage == "triage" and topic == topics.notifications.name:
            return self._instant("triage", batch, [batch.record] if batch.record else [], incident=name)
        return []

    def _instant(self, name: str, batch: _Batch, come_from: list[Any], **attributes: str) -> Headers:
        """Record a span from the beginning of the batch to now; the latest of what it comes from is its parent."""
        others = come_from[:-1] + ([batch.span.get_span_context()] if batch.span else [])
        span = self.tracer.start_span(
            name,
            propagation.parent(come_from[-1]) if come_from else None,
            SpanKind.PRODUCER,
            {f"tocsin.{key}": value for key, value in attributes.items()},
            [Link(one) for one in others],
            batch.started_ns,
        )
        span.end()
        return propagation.headers_of(span.get_span_context())

    def _note_notifications(self, records: Sequence[KafkaRecord]) -> None:
        for record in records:
            found = propagation.context_of(record.headers)
            if found is not None and record.key:
                incident = record.key.decode(errors="replace")
                self._incidents[incident] = found
                self._incidents.move_to_end(incident)
        while len(self._incidents) > _INCIDENTS:
            self._incidents.popitem(last=False)

    def notifier(self, notifier: Notifier) -> Notifier:
        """Return a notifier with a span for each request."""
        kind = TracedUploader if hasattr(notifier, "upload") else TracedNotifier
        return kind(notifier, self.tracer, self._incidents)

    @contextmanager
    def remote(self, traceparent: str) -> Iterator[None]:
        """Enter what a request came from, as its header `traceparent` says."""
        came_from = propagation.span_context({TRACEPARENT: traceparent}) if traceparent else None
        with use_span(NonRecordingSpan(came_from)) if came_from else nullcontext():
            yield

    @contextmanager
    def sending(self, name: str, count: int, **attributes: str) -> Iterator[Headers]:
        """Enter the span of mentions on their way to Kafka; yields the headers of their records."""
        told = {"messaging.system": "kafka", "messaging.batch.message_count": count}
        told |= {f"tocsin.{key}": value for key, value in attributes.items()}
        with self.tracer.start_as_current_span(name, None, SpanKind.PRODUCER, told) as span:
            yield propagation.headers_of(span.get_span_context())


class _TracedSender:
    """A sender whose records carry the span that they follow from."""

    def __init__(self, sender: Sender, topics: Topics, tracing: SpanTracing) -> None:
        self._sender = sender
        self._topics = topics
        self._tracing = tracing

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> Awaitable[Any]:
        """Hand a record to the broker client; one that has headers keeps them as they are."""
        carried = headers or self._tracing.headers(self._topics, topic, key) or None
        return await self._sender.send(topic, key, value, partition, carried)
