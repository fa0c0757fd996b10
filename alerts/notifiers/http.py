"""HTTP client of notifiers: POSTs JSON, and maps refusals to delivery errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import aiohttp

from alerts.delivery.ports import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT: Final = aiohttp.ClientTimeout(total=10.0, connect=5.0)
"""Seconds."""

_TOO_MANY: Final = 429
_SERVER: Final = 500
_TRANSIENT: Final = frozenset({408, 425, _TOO_MANY})


async def post(url: str, body: bytes, headers: Mapping[str, str], name: str, remedy: str) -> None:
    """POST a JSON body and return when the other side has taken it (2xx); redirects are not followed.

    Args:
        url: where to; it may hold a secret, so it is in no error.
        body: JSON, as it is signed.
        headers: besides the content type.
        name: what the other side is called in errors.
        remedy: what a person can do when it refuses.

    Raises:
        DeliveryError: it was not taken, or may not have been.
    """
    headers = {"Content-Type": "application/json", "User-Agent": "tocsin", **headers}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status, patience = answer.status, answer.headers.get("Retry-After", "")
    except TimeoutError:
        raise DeliveryError("timeout", f"{name} did not answer in time: check the network", retryable=True) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        kind = type(error).__name__
        raise DeliveryError(
            "unreachable", f"{name} cannot be reached ({kind}): check the network", retryable=True
        ) from None
    if not 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        raise _refused(status, patience, name, remedy)


def _refused(status: int, patience: str, name: str, remedy: str) -> DeliveryError:
    wait = float(patience) if re.fullmatch(r"\d{1,5}", patience) else None
    if status in _TRANSIENT or status >= _SERVER:
        code = "ratelimited" if status == _TOO_MANY else "server_error"
        return DeliveryError(code, f"{name} answered {status}: it may pass", retryable=True, retry_after=wait)
    return DeliveryError("refused", f"{name} answered {status}: {remedy}", retryable=False)
