"""A token that something else renews in a file, such as Kubernetes for a service account."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streams.kafka.oauth.token import TokenError, expiry, is_bearer

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class TokenFile:
    """A file that holds one token. It is read for each connection, so a renewed one is used at once."""

    path: str
    clock: Callable[[], float] = time.time  # noqa: TID251  tokens end by the clock of the wall

    def current(self) -> str:
        """Return the token.

        Raises:
            TokenError: the file cannot be read, holds no token, or one that is over.
        """
        where = f"TOCSIN_KAFKA_OAUTH_TOKEN_FILE = {self.path}"
        try:
            token = Path(self.path).read_text(encoding="ascii").strip()
        except OSError as error:
            raise TokenError(f"{where}: {(error.strerror or str(error)).lower()}") from error
        except UnicodeDecodeError as error:
            raise TokenError(f"{where}: holds no token") from error
        if not is_bearer(token):
            raise TokenError(f"{where}: {'holds no token' if token else 'is empty'}")
        ends_at, now = expiry(token), self.clock()
        if ends_at is not None and ends_at <= now:
            raise TokenError(f"{where}: the token expired {now - ends_at:.0f} s ago: does anything renew this file?")
        return token
