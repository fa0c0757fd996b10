"""Incident ids: brand and minute, the same in every replay."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

SLUG_CHARS: Final = 48
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DIGEST: Final = re.compile(r"-[0-9a-f]{6}$")


def slug(brand: str) -> str:
    """Return a name of `a-z0-9-` that no other brand has.

    A brand that is not such a name already gets six hexadecimal digits of its digest, so that "Ben & Jerry" and
    "ben jerry" stay apart.

    >>> slug("acme"), slug("Ben & Jerry")
    ('acme', 'ben-jerry-288521')
    """
    if len(brand) <= SLUG_CHARS and _PLAIN.fullmatch(brand) and not _DIGEST.search(brand):
        return brand
    folded = unicodedata.normalize("NFKD", brand).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:SLUG_CHARS].rstrip("-")
    digest = hashlib.blake2b(brand.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return f"{words or 'brand'}-{digest}"


def incident_id(brand: str, at: int, serial: int = 1, kind: str = "") -> str:
    """Return the id of the `serial`-th incident of a kind that opens in the minute of `at` (event time, ms).

    >>> incident_id("acme", 1_424_356_320_000)
    'acme-20150219T1432Z'
    """
    minute = datetime.fromtimestamp(at // 60_000 * 60, UTC)
    suffix = (f"-{kind}" if kind else "") + (f"-{serial}" if serial > 1 else "")
    return f"{slug(brand)}-{minute:%Y%m%dT%H%MZ}{suffix}"
