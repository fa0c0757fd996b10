"""Tracing as the environment sets it up, by OpenTelemetry's own variables; none where it does not."""

from __future__ import annotations

import socket
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from config.errors import ConfigError, Problem
from streams.tracing.port import NO_TRACING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.tracing.port import Tracing

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_TIMEOUTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
TIMEOUT: Final = 3.0
"""Seconds for one export: a process whose collector is away ends that much later."""

_PROTOCOL: Final = "http/protobuf"


def tracing(environ: Mapping[str, str], command: str) -> Tracing:
    """Return the tracing of a process; it sends to the OTLP endpoint that the environment names.

    Raises:
        ConfigError: OpenTelemetry is not installed, or what it is to speak is not.
    """
    endpoint = next((name for name in _ENDPOINTS if environ.get(name)), None)
    off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none"
    if endpoint is None or off:
        return NO_TRACING
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise _wrong(endpoint, environ[endpoint], "OpenTelemetry is not installed: pip install 'tocsin[otel]'")
    protocol = next((name for name in _PROTOCOLS if environ.get(name)), None)
    if protocol is not None and environ[protocol] != _PROTOCOL:
        raise _wrong(protocol, environ[protocol], f"must be {_PROTOCOL}; the endpoint's port for it is most often 4318")
    return _start(environ, command)


def _wrong(name: str, value: str, rule: str) -> ConfigError:
    return ConfigError([Problem("environment", 0, 0, name, f'"{value}"', rule)])


def _start(environ: Mapping[str, str], command: str) -> Tracing:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from streams.tracing.spans import SpanTracing  # noqa: PLC0415

    number = version("tocsin")
    name = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": f"tocsin-{command}"}
    timeout = None if any(environ.get(variable) for variable in _TIMEOUTS) else TIMEOUT
    own = name | {"service.version": number, "service.instance.id": socket.gethostname()}
    provider = TracerProvider(resource=Resource.create(own))  # sends what is left when the process ends
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=timeout)))
    return SpanTracing(provider.get_tracer("tocsin", number))
