"""The demo's scenario: one invented day of three invented brands. No real person, company or post is in it."""

from __future__ import annotations

from tocsin.demo.scenarios.mentions import write_mentions
from tocsin.demo.scenarios.scenario import LIVE_FROM, LIVE_UNTIL, WARM_UP_FROM

__all__ = ["LIVE_FROM", "LIVE_UNTIL", "WARM_UP_FROM", "write_mentions"]
