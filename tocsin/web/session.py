"""Session of a browser: who sends its requests."""

from __future__ import annotations

from typing import Literal, NamedTuple

Method = Literal["token", "proxy", "local", "oidc"]


class Session(NamedTuple):
    """A user who is logged in."""

    user: str
    method: Method
    csrf: str  # the token that each form carries
    groups: frozenset[str] = frozenset()  # of the identity provider, and the verified e-mail address
