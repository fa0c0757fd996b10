"""What tests share: the session's broker, the closing line that names it, and examples without a time limit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from streams.kafka.embedded import EmbeddedBroker
from tests.support.brokers import Broker, BrokerChoice, RealBroker, start_real
from tests.support.jars import KafkaMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHOSEN = pytest.StashKey[BrokerChoice]()
_REPORTED = pytest.StashKey[set[str]]()
_BROKERS = "brokers"

# A busy machine makes no test fail; all else is as in the profile that hypothesis chose, with CI=true its own.
settings.register_profile("untimed", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Decide whether a real Kafka is required: with CI=true its absence is a failure."""
    config.stash[_CHOSEN] = BrokerChoice(real_required=os.environ.get("CI", "").lower() == "true")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that this one works for, if any, on which broker the tests ran here."""
    if (reported := getattr(session.config, "workeroutput", None)) is not None:
        reported[_BROKERS] = session.config.stash[_CHOSEN].describe()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a process that is done on which broker its tests ran."""
    if reported := getattr(node, "workeroutput", {}).get(_BROKERS):
        node.config.stash.setdefault(_REPORTED, set()).add(reported)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say on which broker the tests ran."""
    reported = config.stash.setdefault(_REPORTED, set()) or {config.stash[_CHOSEN].describe()}
    for line in sorted(reported):
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the session's broker."""
    config.stash[_CHOSEN].close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for a broker, so that `-m 'not kafka'` leaves it out."""
    for item in items:
        if {"kafka", "own_kafka"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("kafka")


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Broker:
    """Return the session's broker: real if it is available, shared by all tests, so use topics of your own prefix."""
    try:
        return request.config.stash[_CHOSEN].start()
    except KafkaMissingError as missing:
        pytest.fail(f"CI=true requires a real Kafka: {missing}")


@pytest.fixture
def real_kafka(kafka: Broker) -> Broker:
    """Return the session's broker, for what the embedded one cannot do (compaction, offsets by time)."""
    if isinstance(kafka, EmbeddedBroker):
        pytest.skip("needs a real Kafka; this session runs on the embedded broker")
    return kafka


@pytest.fixture
def own_kafka(real_kafka: Broker) -> Iterator[RealBroker]:
    """Yield a real Kafka of this test's own, to be stopped, killed and frozen at will."""
    broker = start_real()
    yield broker
    broker.close()
