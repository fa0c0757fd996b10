"""What does the demo show? An invented day of three invented brands: no real person, company or post is in it."""

from __future__ import annotations

from replay.demo.mentions import write_mentions
from replay.demo.story import LIVE_FROM, LIVE_UNTIL, WARM_UP_FROM

__all__ = ["LIVE_FROM", "LIVE_UNTIL", "WARM_UP_FROM", "write_mentions"]
