"""Probes over HTTP: alive while the loop turns, ready once a process does its work; a taken port is named."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import TYPE_CHECKING, Any, Final

import pytest
from prometheus_client import CollectorRegistry, Gauge

from streams.kafka.connection import Connection
from streams.monitoring import http_server
from streams.monitoring.probes import MAX_PAUSE, NO_BROKER, PATHS, Probes
from tocsin.cli.errors import EXIT_FAILED, describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIVE, READY = PATHS
WAITS: Final = "partitions are not assigned yet"


def test_a_process_is_ready_once_every_condition_is_met() -> None:
    """And no longer when one is missed again; it stays alive."""
    probes = Probes(WAITS, "the brands are not read yet")
    probes.meet("the brands are not read yet")
    assert probes.answer(READY).record() == {"ok": False, "reasons": [WAITS]}
    probes.meet(WAITS)
    assert probes.answer(READY).record() == {"ok": True, "reasons": []}
    probes.miss(WAITS)
    assert (probes.answer(READY).status, probes.answer(LIVE).status) == (503, 200)


def test_a_loop_that_stands_still_is_not_alive() -> None:
    """Nor is the process ready then."""
    now = 0.0
    probes = Probes(clock=lambda: now)
    now = 10 * MAX_PAUSE
    assert probes.answer(LIVE).status == 200
    probes.beat()
    now += MAX_PAUSE + 1
    assert probes.answer(LIVE).record() == {"ok": False, "reasons": [f"hangs for {MAX_PAUSE + 1:.0f} s"]}
    assert probes.answer(READY).status == 503


async def test_a_broker_that_is_down_makes_a_process_unready() -> None:
    """Until it is back."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = Connection((f"127.0.0.1:{server.getsockname()[1]}",))
    probes = Probes()
    looking = asyncio.create_task(probes.run(here))
    try:
        async with asyncio.timeout(120):
            while probes.answer(READY).reasons != (NO_BROKER,):  # noqa: ASYNC110  the probes set no event
                await asyncio.sleep(0.01)
    finally:
        looking.cancel()


def get(application: Any, path: str) -> tuple[str, str]:
    """Return status and body of a request."""
    started: list[str] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    body = b"".join(application(environ, lambda status, _headers: started.append(status)))
    return started[0], body.decode()


def test_metrics_and_probes_are_served_on_one_port() -> None:
    """Another path is told what there is."""
    registry, probes = CollectorRegistry(), Probes(WAITS)
    Gauge("tocsin_example", "An example.", registry=registry).set(7)
    application = http_server.build_wsgi(registry, probes.answer)
    assert "tocsin_example 7.0" in get(application, "/metrics")[1]
    assert get(application, LIVE) == ("200 OK", '{"ok": true, "reasons": []}\n')
    status, body = get(application, READY)
    assert (status, json.loads(body)["reasons"]) == ("503 Service Unavailable", [WAITS])
    status, body = get(application, "/nothing")
    assert status.startswith("404")
    assert READY in body


def test_several_workers_are_ready_when_each_is() -> None:
    """By the metric that each sets."""
    registry = CollectorRegistry()
    ready = Gauge(http_server.READY_METRIC, "Ready workers.", registry=registry)
    ready.set(1)
    assert http_server.answer_for_all(READY, registry, 2).reasons == ("1 of 2 workers are ready",)
    assert http_server.answer_for_all(LIVE, registry, 2).status == 200
    ready.set(2)
    assert http_server.answer_for_all(READY, registry, 2).status == 200


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that somebody else listens on."""
    with socket.create_server(("0.0.0.0", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize(
    "serve", [lambda port: http_server.serve(port, Probes().answer), lambda port: http_server.serve_all(port, 2)]
)
def test_a_port_that_is_taken_is_named(
    taken: int, serve: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """With the variable that sets it, and exit code 1."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with pytest.raises(http_server.MetricsPortError) as raised:
        serve(taken)
    message = f"TOCSIN_METRICS_PORT = {taken}: Address already in use: choose another port, or 0 to serve no metrics"
    assert describe_error(raised.value) == (message, EXIT_FAILED)
