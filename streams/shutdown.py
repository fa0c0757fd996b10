"""Shutdown of a worker by itself, in order, with one line that says why."""

from __future__ import annotations

import os
import signal

import structlog

log = structlog.get_logger(__name__)


class Shutdown:
    """Ends this process as SIGTERM does, and makes its exit code 1."""

    def __init__(self) -> None:
        self.reason = ""

    def request(self, reason: str) -> None:
        """End the worker; the first reason is the one that counts."""
        if not self.reason:
            self.reason = reason
            log.error("worker stops", reason=reason)
            os.kill(os.getpid(), signal.SIGTERM)
