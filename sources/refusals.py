"""Refusals: what can go wrong with a request, as people can act on it, and how long a server asks to wait."""

from __future__ import annotations

import email.utils
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import aiohttp

from sources.addresses import PrivateAddressError
from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

MAX_RETRY_AFTER: Final = 86_400.0
_LATER: Final = frozenset({408, 425, 429})
_SERVER: Final = 500
_REFUSALS: Final = {
    401: "wants a login: set the source's token, or read elsewhere",
    402: "wants to be paid",
    403: "refuses to be read: check its address, token and terms",
    404: "is not there: check `url` and `query`",
    410: "is gone for good: remove the source",
}


@asynccontextmanager
async def explained() -> AsyncIterator[None]:
    """Turn what can go wrong on a network into a `SourceError`."""
    try:
        yield
    except TimeoutError:
        raise SourceError("did not answer in time") from None
    except aiohttp.WSServerHandshakeError as error:
        raise refusal(error.status, error.headers or {}) from None
    except aiohttp.ClientConnectorDNSError as error:
        if isinstance(error.os_error, PrivateAddressError):
            raise SourceError(str(error.os_error), permanent=True) from None
        raise SourceError("has a name that cannot be resolved: check `url` and the network") from None
    except aiohttp.ClientConnectorCertificateError:
        raise SourceError("shows a certificate that is not valid: check `url`, or tell its owner") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error, PrivateAddressError):
            raise SourceError(str(error), permanent=True) from None
        raise SourceError(f"cannot be read ({type(error).__name__})") from None


def refusal(status: int, headers: Mapping[str, str]) -> SourceError:
    """Return what a status means that is no success."""
    wait = retry_after(headers.get("Retry-After", ""))
    if status in _LATER or status >= _SERVER:
        asked = f" and asks to wait {wait:.0f} s" if wait else ""
        return SourceError(f"answers {status}{asked}", retry_after=wait, status=status)
    reason = _REFUSALS.get(status, "refuses the request: check `url` and `query`")
    return SourceError(f"answers {status}: {reason}", retry_after=wait, permanent=True, status=status)


def retry_after(value: str, now: datetime | None = None) -> float:
    """Return the seconds that a `Retry-After` header asks to wait, a day at most; 0 where it says nothing.

    >>> retry_after("120"), retry_after("soon")
    (120.0, 0.0)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER)
    try:
        instant = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    at = now or datetime.now(UTC)  # noqa: TID251  the default of a pure function
    return min(max(0.0, (instant - at).total_seconds()), MAX_RETRY_AFTER)
