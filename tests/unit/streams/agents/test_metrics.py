"""Metrics of a process: a port that is taken is told in one line."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from streams.agents import metrics
from tocsin.cli.errors import EXIT_FAILED, describe_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that somebody else listens on."""
    with socket.create_server(("0.0.0.0", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("serve", [metrics.serve, metrics.serve_all])
def test_a_port_that_is_taken_is_named(
    taken: int, serve: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """With the variable that sets it, and exit code 1."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with pytest.raises(metrics.MetricsPortError) as raised:
        serve(taken)
    message = f"TOCSIN_METRICS_PORT = {taken}: Address already in use: choose another port, or 0 to serve no metrics"
    assert describe_error(raised.value) == (message, EXIT_FAILED)
