"""Garbage collection of commands that work through many mentions."""

from __future__ import annotations

import gc
from typing import Final

YOUNG_OBJECTS: Final = 50_000
"""New containers before a collection; Python's default is 700. Nearly all go by reference count long before."""

GENERATIONS: Final = 20
"""Collections of one generation before the next older one is collected too."""


def collect_rarely() -> None:
    """Collect rarely: at Python's default a tenth to a quarter of the time goes to it."""
    gc.set_threshold(YOUNG_OBJECTS, GENERATIONS, GENERATIONS)
