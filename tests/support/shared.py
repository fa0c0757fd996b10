"""Location of the real incidents, for the tests that need them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

SHARED: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason="the real incidents (../shared/data) are not on this machine: they are not redistributed",
)
AIRLINES: Final = SHARED / "incidents" / "us_airlines_2015.jsonl.gz"
