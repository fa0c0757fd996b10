"""The stand-in for Slack, as the tests know it."""

from __future__ import annotations

from standin.faults import Call, Fault
from standin.slack import APP_TOKEN, SIGNING_SECRET, TOKEN, FakeSlack

__all__ = ["APP_TOKEN", "SIGNING_SECRET", "TOKEN", "Call", "FakeSlack", "Fault"]
