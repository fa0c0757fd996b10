"""Session of a browser: who sends its requests."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Session(NamedTuple):
    """A user who is logged in."""

    user: str
    method: Literal["token", "proxy", "local"]
    csrf: str  # the token that each form carries
