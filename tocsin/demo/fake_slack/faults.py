"""Faults on demand, and the record of the requests that the fake Slack got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A fault of one request: an error, a delay or a dropped connection.

    `accept`: the message is taken all the same, only the answer is lost; `late`: it is taken after the wait.
    """

    status: int = 200
    error: str = ""
    retry_after: float | None = None
    wait: float = 0.0  # seconds before anything is answered
    drop: bool = False  # the connection is closed without an answer
    accept: bool = False
    late: bool = False  # accepted, but only after the wait


@dataclass
class Call:
    """One request as received."""

    method: str
    body: dict[str, Any]
    arrived: float  # time.monotonic()
    status: int = 0
    error: str = ""
    peer: tuple[str, int] = ("", 0)  # the caller's end of the connection


class ApiError(Exception):
    """Slack answers `ok: false` with this error code, and perhaps more."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class RateLimited(Exception):  # noqa: N818  likewise
    """Slack answers 429."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"{retry_after:g} s")
        self.retry_after = retry_after
