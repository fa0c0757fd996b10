"""What does the demo show? An invented day of three invented brands: no real person, company or post is in it."""

from __future__ import annotations

from tocsin.demo.scenarios.mentions import write_mentions
from tocsin.demo.scenarios.scenario import LIVE_FROM, LIVE_UNTIL, WARM_UP_FROM

__all__ = ["LIVE_FROM", "LIVE_UNTIL", "WARM_UP_FROM", "write_mentions"]
