"""Status report: what `tocsin status` found, before it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.delivery.undelivered import Undelivered
    from alerts.incidents.model import Incident
    from detectors.engine.watermarks import Watermarks
    from streams.health.brand_activity import BrandActivity
    from streams.health.problems import Problem
    from streams.health.snapshot import Snapshot


class StatusReport(NamedTuple):
    """An installation, what is wrong with it, and its brands."""

    brokers: str
    prefix: str
    seen: Snapshot
    problems: list[Problem]
    slack_checked: str | None  # what Slack answered from here: "" nothing against it, None: not asked
    undelivered: list[Undelivered]
    incidents: list[Incident]  # open
    brands: list[BrandActivity]
    watermarks: Mapping[int, Watermarks]
