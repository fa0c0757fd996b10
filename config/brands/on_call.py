"""Where are a brand's incidents told, in which language, and who is called?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.rendering.route import Route
from alerts.oncall.schedule import on_call
from alerts.rendering.escaping import mention

if TYPE_CHECKING:
    from config.brands.model import Brand


def on_call_users(brand: Brand, at: int) -> tuple[str, ...]:
    """Return whom a page of a brand mentions at an instant (ms), as Slack ids."""
    return (*brand.on_call, *on_call(brand.on_call_schedule, at))


def route(brand: Brand, at: int, channel: str, *, buttons: bool = False, web: str = "") -> Route:
    """Return the way to the people of a brand at an instant (ms); `channel` is for a brand that names none.

    `buttons` says that the Slack app runs, so that a card may carry them; `web` is where the pages of incidents are.
    """
    return Route(
        channel=brand.slack_channel or channel,
        language=brand.language,
        mention=mention(on_call_users(brand, at)),
        steps=brand.alert.escalation,
        buttons=buttons,
        web_url=web,
        next_mention=mention(on_call(brand.on_call_schedule, at, 1)),
    )
