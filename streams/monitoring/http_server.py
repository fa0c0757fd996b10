"""HTTP server of a process's metrics and probes: `/metrics`, `/livez`, `/readyz`, in a thread of its own."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import REGISTRY, CollectorRegistry, Gauge
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from streams.monitoring.probes import OK, PATHS, UNAVAILABLE, ProbeAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BUILD = Gauge("tocsin_build_info", "1, with the version that runs", ["version"], multiprocess_mode="livemax")
READY_METRIC: Final = "tocsin_worker_ready"
METRICS_PATHS: Final = ("/metrics", "/")
_STATUS: Final = {200: "200 OK", 404: "404 Not Found", 503: "503 Service Unavailable"}


def installed_version() -> str:
    """Return the version that is installed."""
    try:
        return version("tocsin")
    except PackageNotFoundError:
        return "from source"


class MetricsPortError(Exception):
    """The port of the metrics is taken, or not allowed."""

    def __init__(self, port: int, error: OSError) -> None:
        why = error.strerror or type(error).__name__
        super().__init__(f"TOCSIN_METRICS_PORT = {port}: {why}: choose another port, or 0 to serve no metrics")


def serve(port: int, answer: Callable[[str], ProbeAnswer]) -> None:
    """Serve this process's metrics and the answers to probes on `port` of all interfaces; 0 serves none.

    Raises:
        MetricsPortError: the port is taken, or not allowed.
    """
    if port:
        BUILD.labels(installed_version()).set(1)
        _serve(port, REGISTRY, answer)


def serve_all(port: int, workers: int) -> None:
    """Serve the sums of all processes that share PROMETHEUS_MULTIPROC_DIR, and probes, on `port`; 0 serves none.

    They are ready when so many workers are.

    Raises:
        MetricsPortError: the port is taken, or not allowed.
    """
    if port:
        BUILD.labels(installed_version()).set(1)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        _serve(port, registry, lambda path: answer_for_all(path, registry, workers))


def answer_for_all(path: str, registry: CollectorRegistry, workers: int) -> ProbeAnswer:
    """Return the answer to a probe of several workers: the metric READY_METRIC says how many are ready."""
    ready = int(registry.get_sample_value(READY_METRIC) or 0)
    if path == PATHS[0] or ready >= workers:
        return ProbeAnswer(OK, ())
    return ProbeAnswer(UNAVAILABLE, (f"{ready} of {workers} workers are ready",))


def forget_process(pid: int) -> None:
    """Leave the gauges of a process that has ended out of the sums; what it counted stays."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def build_wsgi(registry: CollectorRegistry, answer: Callable[[str], ProbeAnswer]) -> Any:
    """Return the application."""
    metrics = make_wsgi_app(registry)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in METRICS_PATHS:
            return metrics(environ, start)  # type: ignore[no-any-return]
        if path in PATHS:
            found = answer(path)
            status, body = found.status, found.record()
        else:
            status, body = 404, {"error": f"there are {', '.join((METRICS_PATHS[0], *PATHS))}"}
        start(_STATUS[status], [("Content-Type", "application/json")])
        return [json.dumps(body).encode() + b"\n"]

    return application


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the name of the base class
        """Write no access log."""


def _serve(port: int, registry: CollectorRegistry, answer: Callable[[str], ProbeAnswer]) -> None:
    from threading import Thread  # noqa: PLC0415  a process without metrics needs none

    try:
        server = make_server("", port, build_wsgi(registry, answer), ThreadingWSGIServer, _SilentHandler)
    except OSError as error:
        raise MetricsPortError(port, error) from error
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
