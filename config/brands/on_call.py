"""On-call users of a brand, and the route of its notifications: channel, language and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.oncall.schedule import on_call
from alerts.rendering.escaping import mention
from alerts.rendering.route import Route

if TYPE_CHECKING:
    from config.brands.model import Brand


def on_call_users(brand: Brand, at: int) -> tuple[str, ...]:
    """Return the Slack ids that a page of a brand mentions at an instant (ms)."""
    return (*brand.on_call, *on_call(brand.on_call_schedule, at))


def route(brand: Brand, at: int, channel: str, *, buttons: bool = False, web: str = "") -> Route:
    """Return the route to the people of a brand at an instant (ms); `channel` is the default channel.

    `buttons` means that the Slack app runs, so cards may have buttons; `web` is the base URL of the incident pages.
    """
    return Route(
        channel=brand.slack_channel or channel,
        language=brand.language,
        mention=mention(on_call_users(brand, at)),
        steps=brand.alert.escalation,
        buttons=buttons,
        web_url=web,
        first_moves=brand.first_moves,
        runbook_url=brand.runbook_url or "",
        next_mention=mention(on_call(brand.on_call_schedule, at, 1)),
    )
