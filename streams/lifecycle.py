"""Life of a worker process: logging, signals, exit code."""

from __future__ import annotations

import logging
import signal
import sys
from typing import TYPE_CHECKING, Any, Final, Literal

import faust
import structlog

from streams.log_limit import LogLimit, StartupLog
from streams.shutdown import STOP_TIMEOUT, end_in_time

if TYPE_CHECKING:
    from structlog.typing import Processor

    from streams.shutdown import Shutdown

LogFormat = Literal["console", "json"]

QUIET_LOGGERS: Final = ("aiokafka", "faust", "mode", "kafka", "slack_sdk", "streams.exactly_once.state_table")
"""Libraries, and what derives from them, whose own talk is let through from warnings on."""


def log_to_stderr(level: str, form: LogFormat) -> None:
    """Write all logs, ours and the libraries', to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Plain tracebacks: others print the local variables, which hold mentions and their authors.
    people = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    last: Any = structlog.processors.JSONRenderer() if form == "json" else people
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(StartupLog())
    handler.addFilter(LogLimit((*QUIET_LOGGERS, "asyncio", "aiohttp")))
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=last))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("kafka.cluster").setLevel(logging.CRITICAL)  # calls each client that is closed a failed refresh


class OrderlyWorker(faust.Worker):
    """Faust's worker, which ends in time after a signal though the broker does not answer."""

    def __init__(self, app: faust.App, shutdown: Shutdown) -> None:
        super().__init__(app, quiet=True, redirect_stdouts=False, override_logging=False)
        self._shutdown_asked = shutdown
        self.spinner = None  # it writes control codes for a terminal, wherever its output goes

    def _on_sigint(self) -> None:
        self._end_in_time(signal.SIGINT)
        super()._on_sigint()

    def _on_sigterm(self) -> None:
        self._end_in_time(signal.SIGTERM)
        super()._on_sigterm()

    def _end_in_time(self, number: int) -> None:
        end_in_time(1 if self._shutdown_asked.reason else 128 + number, STOP_TIMEOUT)


def run_worker(app: faust.App, shutdown: Shutdown, level: str, form: LogFormat) -> int:
    """Run the app until it is stopped; returns the exit code: 0 after a signal, 1 after a failure."""
    worker = OrderlyWorker(app, shutdown)
    log_to_stderr(level, form)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # the topic watch alone uses it, and raises what it logs
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return 1 if shutdown.reason or not isinstance(end.code, int) else end.code
    return 1 if shutdown.reason else 0
