"""Who draws an incident's chart, and when? Beside the alerts: no alert waits for a picture, and none fails for one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from alerts.delivery.ports import DeliveryError, Gallery, Picture, Route
from alerts.delivery.rate_limit import Pacer, Timing
from alerts.rendering import chart_data
from alerts.rendering.text import tongue

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from alerts.incidents.model import Notification

log = structlog.get_logger(__name__)

REDRAWN: Final = timedelta(minutes=10) // timedelta(milliseconds=1)
"""Event time (ms) after which a chart is drawn anew; once more when it is over."""

PUT_DOWN: Final = 3600.0
"""Seconds for which nothing is drawn after Slack refused a picture for good: a scope is missing, most likely."""


class Easel:
    """Draws and uploads one chart at a time; `hang` takes what can be shown."""

    def __init__(
        self,
        gallery: Gallery,
        route: Callable[[str, int], Route],
        timing: Timing,
        gap: float,
        hang: Callable[[Notification, Picture], None],
    ) -> None:
        self._gallery = gallery
        self._route = route
        self._timing = timing
        self._pacer = Pacer(gap, timing)
        self._hand = asyncio.Semaphore(1)
        self._hang = hang
        self._latest: dict[str, Notification] = {}  # by incident, while its chart is being made
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed_until = float("-inf")

    def draw(self, notification: Notification, shown: Picture | None) -> None:
        """Draw the incident as it stands, unless what is `shown` is as good or another is on its way."""
        name = notification.incident.id
        if name in self._latest:
            self._latest[name] = notification
        elif due(notification, shown) and self._timing.monotonic() >= self._closed_until:
            self._latest[name] = notification
            self._begin(name, self._draw(name))

    def clear(self, replaced: list[Picture]) -> None:
        """Throw away what is shown no more."""
        while replaced:
            file = replaced.pop().file
            self._begin(file, self._discard(file))

    async def abandon(self) -> None:
        """Stop drawing."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, name: str, work: Coroutine[None, None, None]) -> None:
        task = self._tasks[name] = asyncio.create_task(work, name=f"draw {name}")
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _draw(self, name: str) -> None:
        try:
            async with self._hand:
                await self._pacer.turn("picture")
                picture = await self._uploaded(self._latest[name])
            self._hang(self._latest[name], picture)
        except DeliveryError as error:
            log.warning("no chart for an incident", incident=name, code=error.code, remedy=error.remedy)
            if not error.retryable:
                self._closed_until = self._timing.monotonic() + PUT_DOWN
        except Exception as error:  # noqa: BLE001  a chart must not end the delivery of alerts
            log.error("no chart for an incident: please report it", incident=name, why=repr(error))  # noqa: TRY400
        finally:
            del self._latest[name]

    async def _uploaded(self, notification: Notification) -> Picture:
        incident = notification.incident
        found = chart_data.shown(incident)
        assert found is not None, "it was due"
        course, evidence = found
        language = tongue(self._route(incident.brand, notification.happened_at).language)
        content = await asyncio.to_thread(chart_data.draw, course, evidence)
        alt = chart_data.alt(course, language)
        file = await self._gallery.upload(f"{incident.id}-{incident.revision}.png", content, alt)
        return Picture(file, incident.revision, notification.happened_at, course.step // 60_000, alt)

    async def _discard(self, file: str) -> None:
        try:
            await self._gallery.discard(file)
        except DeliveryError as error:
            log.info("an old chart stays in Slack", file=file, code=error.code)


def due(notification: Notification, shown: Picture | None) -> bool:
    """Tell whether a chart is to be drawn of this revision."""
    if chart_data.shown(notification.incident) is None:
        return False
    if shown is None:
        return True
    over = notification.incident.status == "resolved" and notification.reason == "resolved"
    return notification.revision > shown.revision and (over or notification.happened_at >= shown.at + REDRAWN)
