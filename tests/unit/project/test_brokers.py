"""Do the brokers that tests run on behave, and is it always said which one it was?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.kafka.embedded import PARTITIONS, EmbeddedBroker
from tests.support import brokers, jars
from tests.support.brokers import Broker, BrokerChoice, RealBroker
from tests.support.ports import is_listening, pick_ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.kafka import LocalKafka


async def _send(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def _read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(count)]


async def _create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def test_embedded_broker_passes_records_on() -> None:
    """What one client sends to the embedded broker another reads, in order."""
    with EmbeddedBroker() as broker:
        broker.create(["news"])
        await _send(broker.bootstrap, "news", b"first", b"second")
        assert await _read(broker.bootstrap, "news", 2) == [b"first", b"second"]


async def test_embedded_topics_have_partitions() -> None:
    """Each topic made on the embedded broker has the promised number of partitions."""
    with EmbeddedBroker() as broker:
        broker.create(["one", "two"])
        async with AIOKafkaConsumer("one", "two", bootstrap_servers=broker.bootstrap) as consumer:
            assert [len(consumer.partitions_for_topic(topic)) for topic in ("one", "two")] == [PARTITIONS] * 2


def test_embedded_broker_ends_with_close() -> None:
    """After `close` nobody listens on the embedded broker's port."""
    broker = EmbeddedBroker()
    port = int(broker.bootstrap.rpartition(":")[2])
    assert is_listening(port)
    broker.close()
    assert not is_listening(port)


async def test_real_kafka_can_be_frozen_and_killed(own_kafka: RealBroker) -> None:
    """Frozen, it answers nothing until it runs again; killed, it has what was acknowledged, on the same port."""
    await _create(own_kafka.bootstrap, "news")
    async with AIOKafkaProducer(bootstrap_servers=own_kafka.bootstrap, request_timeout_ms=20_000) as producer:
        await producer.send_and_wait("news", b"warm")
        own_kafka.pause()
        sending = asyncio.create_task(producer.send_and_wait("news", b"slow"))
        await asyncio.sleep(0.5)
        assert not sending.done()
        own_kafka.resume()
        await asyncio.wait_for(sending, 20)
    before = own_kafka.bootstrap
    own_kafka.kill()
    assert not is_listening(int(before.rpartition(":")[2]))
    own_kafka.restart()
    assert await _read(before, "news", 2) == [b"warm", b"slow"]


def test_session_broker_is_shared(kafka: Broker, request: pytest.FixtureRequest) -> None:
    """All tests of a session share one broker."""
    assert request.getfixturevalue("kafka") is kafka


def _no_kafka() -> RealBroker:
    raise jars.KafkaMissingError("no java here")


def test_absence_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no real Kafka is available, the tests run on the embedded broker and the closing line gives the reason."""
    monkeypatch.setattr(brokers, "start_real", _no_kafka)
    chosen = BrokerChoice(real_required=False)
    assert isinstance(chosen.start(), EmbeddedBroker)
    assert "embedded" in chosen.describe()
    assert "no java here" in chosen.describe()
    chosen.close()


def test_absence_fails_where_real_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """With CI=true the absence of a real Kafka is an error, and the closing line says so."""
    monkeypatch.setattr(brokers, "start_real", _no_kafka)
    chosen = BrokerChoice(real_required=True)
    with pytest.raises(jars.KafkaMissingError, match="no java here"):
        chosen.start()
    assert "none available: no java here" in chosen.describe()


def test_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java older than Kafka needs is refused with its version in the message."""
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(jars.KafkaMissingError, match=r"11\.0\.2"):
        jars.find_java()


def test_missing_maven_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jars in the cache and without Maven the message says what to install."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(jars.KafkaMissingError, match="install Maven"):
        jars.fetch_jars()


def test_picked_ports_stay_out_of_the_outgoing_range() -> None:
    """A broker's port is never one that the system may give to an outgoing connection."""
    lowest = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])  # noqa: PTH123, SIM115
    ports = pick_ports()
    assert all(next(ports) < lowest for _ in range(200))


def test_make_kafka_stops_cleanly(kafka: LocalKafka) -> None:
    """`make kafka` prints its address, and on SIGTERM stops the broker and removes its folder."""
    if isinstance(kafka, EmbeddedBroker):
        pytest.skip("needs a real Kafka")
    command = [sys.executable, "-m", "tests.support.kafka"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "starting" in process.stdout.readline()
        port = int(process.stdout.readline().rpartition(":")[2])
        assert is_listening(port)
        process.terminate()
        assert process.stdout.read().endswith("stopped.\n")
        assert process.wait(30) == 0
        assert not is_listening(port)
