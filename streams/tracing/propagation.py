"""W3C Trace Context in the headers of Kafka records, and the links of a batch to what its records follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from streams.tracing.port import TRACEPARENT, TRACESTATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.exactly_once.producer import Headers

MOST_LINKS: Final = 32
"""Links of one span: of a batch of thousands of mentions, each with a trace of its producer, the first ones count."""

_LONGEST: Final = 512
"""Bytes of a header that is believed; a traceparent has 55."""

_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Origin(NamedTuple):
    """What a span follows from: one parent, or links to several."""

    parent: Any  # opentelemetry.context.Context
    links: list[Any]  # opentelemetry.trace.Link


def context_of(headers: Iterable[tuple[str, bytes]] | None) -> Any:
    """Return the span context in the headers of a record; None where there is none, or what is no traceparent."""
    if not headers:
        return None
    found = {
        name: value.decode("ascii", "replace")
        for name, value in headers
        if name in {TRACEPARENT, TRACESTATE} and value and len(value) <= _LONGEST
    }
    return span_context(found)


def span_context(carrier: dict[str, str]) -> Any:
    """Return the span context in what was carried; None where there is none."""
    if TRACEPARENT not in carrier:
        return None
    context = trace.get_current_span(_PROPAGATOR.extract(carrier)).get_span_context()
    return context if context.is_valid else None


def headers_of(span_context: Any) -> Headers:
    """Return the headers that carry a span context."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context=parent(span_context))
    return [(name, value.encode()) for name, value in carrier.items()]


def parent(span_context: Any) -> Any:
    """Return the context whose span is the parent of what follows."""
    return trace.set_span_in_context(trace.NonRecordingSpan(span_context))


def origin(records: Sequence[KafkaRecord]) -> Origin:
    """Return what a batch follows from: the one span that all of it names, or links to the first of several."""
    found: dict[int, Any] = {}
    for record in records:
        context = context_of(record.headers)
        if context is not None:
            found.setdefault(context.span_id, context)
            if len(found) > MOST_LINKS:
                break
    if len(found) == 1:
        return Origin(parent(next(iter(found.values()))), [])
    return Origin(None, [trace.Link(context) for context in list(found.values())[:MOST_LINKS]])
