"""Traces: one span a batch, a chain to Slack for what opens an incident, and nothing where nobody asked for them."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from alerts.delivery.ports import DeliveryError, FileUploader, MessageRef
from alerts.incidents.model import decode_notification
from alerts.rendering.message import Message
from config.brands.model import Brand
from config.errors import ConfigError
from mentions.model.batches import NEGATIVE, decode_parts
from streams.agents.erasure import Erasure
from streams.agents.score import ScoreAgent
from streams.agents.triage import TriageAgent
from streams.agents.watch import WatchAgent
from streams.clock import ArrivalClock
from streams.kafka.topics import Topics
from streams.tracing.port import NO_TRACING
from streams.tracing.setup import tracing
from streams.views.brands import BrandRegistry

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="the extra `otel` is not installed: make setup")
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402  an extra
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

from streams.tracing.propagation import MOST_LINKS  # noqa: E402
from streams.tracing.spans import SpanTracing  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence

    from streams.exactly_once.fencing import FencedValue
    from streams.exactly_once.fetch_batches import KafkaRecord
    from streams.tracing.port import Tracing

TOPICS: Final = Topics()
START: Final = 1_700_000_040_000
PRODUCER: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT: Final = f"00-{PRODUCER}-00f067aa0ba902b7-01"


@dataclass
class Record:
    """A record as fetched."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass
class Table:
    """A table that keeps nothing."""

    changelog_topic_name: str = "changelog"

    def rows(self, *_: object) -> Iterator[tuple[bytes, FencedValue]]:
        """Return nothing."""
        return iter([])

    def epoch(self, *_: object) -> int:
        """Return the first epoch."""
        return 1

    async def write(self, *_: object) -> Awaitable[None]:
        """Keep nothing."""
        return asyncio.sleep(0)


@dataclass
class Stages:
    """The stages of one partition, each given what the one before it sent."""

    tracing: Tracing
    sent: list[Record] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> Awaitable[Any]:
        """Keep a record."""
        assert not partition
        offset = sum(one.topic == topic for one in self.sent)
        self.sent.append(Record(topic, 0, offset, START, key, value, headers or []))
        return asyncio.sleep(0)

    async def run(self, *batches: Sequence[KafkaRecord]) -> None:
        """Score each batch of mentions, and let all that follows happen."""
        brands, clock = BrandRegistry(), ArrivalClock()
        brands.put(Brand.model_validate({"name": "acme", "detect": {"static_threshold": {"mentions": 5}}}), 1)
        brands.refresh()
        table: Any = Table()
        sender = self.tracing.sender(self, TOPICS)
        score = ScoreAgent(TOPICS, sender, brands, Negative(), clock, 1, lambda _: 1)
        watch = WatchAgent(TOPICS, sender, brands, table, clock, lambda _: 1)
        erasure = Erasure(TOPICS, timedelta(days=1), dict)
        triage = TriageAgent(TOPICS, sender, brands, table, 1, clock, erasure)
        steps: list[tuple[str, Any, str]] = [
            ("watch", watch.process, TOPICS.scored.name),
            ("triage", triage.process, TOPICS.signals.name),
            ("notify", _nothing, TOPICS.notifications.name),
        ]
        for batch in batches:
            await self.tracing.wrap("score", score.process)(batch)
            for stage, process, topic in steps:
                new = [one for one in self.sent if one.topic == topic][self.taken.get(topic, 0) :]
                self.taken[topic] = self.taken.get(topic, 0) + len(new)
                await self.tracing.wrap(stage, process)(new)

    def values(self) -> list[tuple[str, bytes | None, bytes | None]]:
        """Return what was sent, without headers."""
        return [(one.topic, one.key, one.value) for one in self.sent]


async def _nothing(records: object) -> None:
    """Take records."""


def mentions(
    count: int, *, first: int = 0, headers: list[tuple[str, bytes]] | None = None, apart: int = 1_000
) -> list[Record]:
    """Return records of one mention each, so many ms apart."""
    made = []
    for number in range(first, first + count):
        at = START + number * apart
        value = {"id": str(number), "brand": "acme", "text": "it is broken", "channel": "x", "published_at": at}
        made.append(Record("mentions", 0, number, at, None, msgspec.json.encode(value), headers or []))
    return made


@dataclass
class Traced:
    """A tracing that keeps its spans."""

    exporter: Any = field(default_factory=InMemorySpanExporter)

    def __post_init__(self) -> None:
        """Make the tracing."""
        provider = sdk.TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracing = SpanTracing(provider.get_tracer("test"))

    def spans(self, name: str) -> list[Any]:
        """Return the finished spans of a name."""
        return [span for span in self.exporter.get_finished_spans() if span.name == name]


class Negative:
    """A scorer for which everything is negative."""

    version: Final = "test"

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return the same for each."""
        return [(-0.5, NEGATIVE, 0.0) for _ in zip(texts, langs, strict=True)]


class Slack:
    """A service that posts, or refuses."""

    def __init__(self) -> None:
        self.refuses = False

    async def post(self, channel: str, *_: object) -> MessageRef:
        """Post."""
        if self.refuses:
            raise DeliveryError("is_archived", "unarchive it", retryable=True)
        return MessageRef(channel, "1.2")

    async def upload(self, name: str, *_: object) -> str:
        """Take a file."""
        return name

    async def delete_file(self, file: str) -> None:
        """Delete a file."""


def test_what_opens_an_incident_is_one_trace_from_the_producer_to_slack() -> None:
    """The producer's header is believed; every span below has the next as its parent."""
    traced, slack = Traced(), Slack()
    stages = Stages(traced.tracing)
    asyncio.run(stages.run(mentions(9, headers=[("traceparent", TRACEPARENT.encode())])))
    notification = decode_notification(next(one.value or b"" for one in stages.sent if one.topic == "notifications"))
    incident = notification.incident.id
    notifier: Any = traced.tracing.notifier(slack)  # type: ignore[arg-type]  # the methods that are used
    asyncio.run(notifier.post("#alerts", Message(incident, 1, "", [])))
    (score,), (signal, *_), (triage, *_), (post,) = map(traced.spans, ("score", "signal", "triage", "Slack post"))
    assert f"{score.context.trace_id:032x}" == PRODUCER
    assert f"{score.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert signal.parent.span_id == score.context.span_id
    assert triage.parent.span_id in {one.context.span_id for one in traced.spans("signal")}
    assert post.parent.span_id in {one.context.span_id for one in traced.spans("triage")}
    assert {one.context.trace_id for one in (score, signal, triage, post)} == {score.context.trace_id}
    assert dict(signal.attributes) == {"tocsin.brand": "acme"}
    assert dict(triage.attributes) == {"tocsin.incident": incident}
    assert "broken" not in str([dict(span.attributes) for span in traced.exporter.get_finished_spans()])


def test_a_batch_of_thousands_is_one_span_with_some_links() -> None:
    """Of score, and of watch: never a span for each mention."""
    traced = Traced()
    batch = [
        replace(record, headers=[("traceparent", f"00-{PRODUCER}-{record.offset + 1:016x}-01".encode())])
        for record in mentions(2_000, apart=5)
    ]
    asyncio.run(Stages(traced.tracing).run(batch))
    (score,), (watch,) = traced.spans("score"), traced.spans("watch")
    assert score.parent is None
    assert len(score.links) == MOST_LINKS
    assert score.attributes["messaging.batch.message_count"] == 2_000
    assert watch.parent.span_id == score.context.span_id
    assert len(traced.exporter.get_finished_spans()) < 20


def test_a_signal_that_time_raises_follows_from_the_mentions_before_it() -> None:
    """The record that closes the minute holds none of them."""
    traced = Traced()
    quiet = [Record("mentions", 0, 9, START + 300_000, None, b"", [("read-up-to", b"%d" % (START + 300_000))])]
    asyncio.run(Stages(traced.tracing).run(mentions(9), quiet))
    first, second = traced.spans("score")
    ongoing = traced.spans("signal")[-1]
    assert ongoing.parent.span_id == first.context.span_id
    assert ongoing.parent.span_id != second.context.span_id


def test_results_are_the_same_with_traces_and_without() -> None:
    """Headers are carried, and read by nothing else."""
    batches = [mentions(6), mentions(6, first=6, headers=[("traceparent", TRACEPARENT.encode())])]
    plain, traced = Stages(NO_TRACING), Stages(Traced().tracing)
    asyncio.run(plain.run(*batches))
    asyncio.run(traced.run(*batches))
    assert plain.values() == traced.values()
    assert plain.taken["notifications"] > 0
    assert [one.headers for one in plain.sent if one.headers] == []
    assert decode_parts(next(one.value or b"" for one in traced.sent if one.topic == TOPICS.scored.name))


@pytest.mark.parametrize(
    "header", [b"", b"no traceparent", b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01", b"\xff" * 600]
)
def test_a_header_that_is_no_traceparent_is_left_aside(header: bytes) -> None:
    """Anybody may have written it."""
    traced = Traced()
    asyncio.run(Stages(traced.tracing).run(mentions(1, headers=[("traceparent", header)])))
    (score,) = traced.spans("score")
    assert (score.parent, len(score.links)) == (None, 0)


def test_a_request_that_slack_refuses_says_why() -> None:
    """By Slack's code; files still go through a notifier that stores them."""
    traced, slack = Traced(), Slack()
    slack.refuses = True
    notifier: Any = traced.tracing.notifier(slack)  # type: ignore[arg-type]  # the methods that are used
    stores_files = isinstance(notifier, FileUploader)
    assert stores_files
    assert asyncio.run(notifier.upload("chart", b"", "")) == "chart"
    with pytest.raises(DeliveryError):
        asyncio.run(notifier.post("#alerts", Message("acme-1", 1, "", [])))
    (post,) = traced.spans("Slack post")
    assert (post.status.is_ok, post.status.description) == (False, "is_archived")


def test_what_is_sent_carries_the_span_below_the_request_that_brought_it() -> None:
    """Mentions that come over HTTP with a traceparent; the ones of a source begin a trace."""
    traced = Traced()
    with traced.tracing.remote(TRACEPARENT), traced.tracing.sending("listen", 3, source="feed") as headers:
        assert dict(headers)["traceparent"].split(b"-")[1].decode() == PRODUCER
    with traced.tracing.remote("nonsense"), traced.tracing.sending("listen", 3) as headers:
        assert dict(headers)["traceparent"].split(b"-")[1].decode() != PRODUCER
    assert traced.spans("listen")[0].attributes["tocsin.source"] == "feed"


def test_traces_are_off_unless_the_environment_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """By OpenTelemetry's own variables; what it cannot do is an error, not silence."""
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    assert tracing({}, "worker") is NO_TRACING
    assert tracing(asked | {"OTEL_SDK_DISABLED": "true"}, "worker") is NO_TRACING
    assert tracing(asked | {"OTEL_TRACES_EXPORTER": "none"}, "worker") is NO_TRACING
    with pytest.raises(ConfigError, match=r"OTEL_EXPORTER_OTLP_PROTOCOL.*must be http/protobuf"):
        tracing(asked | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "worker")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigError, match=r"pip install 'tocsin\[otel\]'"):
        tracing(asked, "worker")
