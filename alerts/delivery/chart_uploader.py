"""Chart uploader: draws and uploads charts in the background; no alert waits for a chart or fails for one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from alerts.delivery.ports import DeliveryError, FileUploader
from alerts.delivery.rate_limit import Clock, RateLimiter
from alerts.rendering.card import Chart
from alerts.rendering.charts import chart_data, chart_png
from alerts.rendering.text import supported_language

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from alerts.incidents.model import Notification
    from alerts.rendering.route import Route

log = structlog.get_logger(__name__)

REFRESH_AFTER: Final = timedelta(minutes=10) // timedelta(milliseconds=1)
"""Event time (ms) after which a chart is drawn again; once more when it is over."""

BACKOFF: Final = 3600.0
"""Seconds without uploads after Slack refused one for good: most likely a scope is missing."""


class ChartUploader:
    """Draws and uploads one chart at a time; `on_ready` is called with each chart that can be shown."""

    def __init__(
        self,
        uploader: FileUploader,
        route: Callable[[str, int], Route],
        clock: Clock,
        min_interval: float,
        on_ready: Callable[[Notification, Chart], None],
    ) -> None:
        self._uploader = uploader
        self._route = route
        self._clock = clock
        self._rate_limiter = RateLimiter(min_interval, clock)
        self._lock = asyncio.Semaphore(1)
        self._on_ready = on_ready
        self._latest: dict[str, Notification] = {}  # by incident, while its chart is being made
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._paused_until = float("-inf")

    def request(self, notification: Notification, shown: Chart | None) -> None:
        """Draw the incident as it stands, unless the chart `shown` is fresh enough or another is being made."""
        name = notification.incident.id
        if name in self._latest:
            self._latest[name] = notification
        elif needs_chart(notification, shown) and self._clock.monotonic() >= self._paused_until:
            self._latest[name] = notification
            self._start(name, self._draw(name))

    def drop(self, incident: str) -> None:
        """Show no chart of an incident any more that is being made."""
        if self._latest.pop(incident, None) is not None:
            self._tasks[incident].cancel()

    def delete(self, replaced: list[Chart]) -> None:
        """Delete charts that no message shows any more; empties the list."""
        while replaced:
            file = replaced.pop().file
            self._start(file, self._delete(file))

    async def stop(self) -> None:
        """Stop drawing."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, name: str, work: Coroutine[None, None, None]) -> None:
        task = self._tasks[name] = asyncio.create_task(work, name=f"draw {name}")
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _draw(self, name: str) -> None:
        try:
            async with self._lock:
                await self._rate_limiter.acquire("picture")
                chart = await self._upload(self._latest[name])
            self._on_ready(self._latest[name], chart)
        except DeliveryError as error:
            log.warning("chart failed", incident=name, code=error.code, remedy=error.remedy)
            if not error.retryable:
                self._paused_until = self._clock.monotonic() + BACKOFF
        except Exception as error:  # noqa: BLE001  a chart must not end the delivery of alerts
            log.error("chart failed: please report it", incident=name, reason=repr(error))  # noqa: TRY400
        finally:
            self._latest.pop(name, None)

    async def _upload(self, notification: Notification) -> Chart:
        incident = notification.incident
        found = chart_data.chart_data(incident)
        assert found is not None, "it was due"
        timeline, evidence = found
        language = supported_language(self._route(incident.brand, notification.happened_at).language)
        content = await asyncio.to_thread(chart_png.draw, timeline, evidence)
        alt = chart_data.alt(timeline, language)
        file = await self._uploader.upload(f"{incident.id}-{incident.revision}.png", content, alt)
        return Chart(file, incident.revision, notification.happened_at, timeline.step // 60_000, alt)

    async def _delete(self, file: str) -> None:
        try:
            await self._uploader.delete_file(file)
        except DeliveryError as error:
            log.info("old chart not deleted", file=file, code=error.code)


def needs_chart(notification: Notification, shown: Chart | None) -> bool:
    """Tell whether a chart of this revision has to be drawn."""
    if chart_data.chart_data(notification.incident) is None:
        return False
    if shown is None:
        return True
    over = notification.incident.status == "resolved" and notification.reason == "resolved"
    return notification.revision > shown.revision and (over or notification.happened_at >= shown.at + REFRESH_AFTER)
