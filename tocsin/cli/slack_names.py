"""Names of people in Slack for the terminal, where a token is set; ids otherwise."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.settings import Settings

TIMEOUT: Final = 5.0
"""Seconds that Slack may take: a list of ids is better than none."""


def slack_names(settings: Settings, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names that Slack tells of these ids; nothing without a token, or where it does not answer in time."""
    token = settings.slack_token.get_secret_value()
    if not token:
        return {}
    from alerts.notifiers.slack.names import SlackNames  # noqa: PLC0415  slow to load
    from alerts.notifiers.slack.notifier import web_client  # noqa: PLC0415

    names = SlackNames(web_client(token, settings.slack_url), time.monotonic)

    async def look_up() -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                await names.look_up(ids)
        except TimeoutError:
            return

    asyncio.run(look_up())
    return names.known
