"""Does a message keep Slack's limits? The stand-in's validator, as the tests know it."""

from __future__ import annotations

from standin.block_kit import complaint, faults, units
from tests.support.markup import strangers, texts

__all__ = ["complaint", "faults", "strangers", "texts", "units"]
