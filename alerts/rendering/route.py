"""Route of a brand: where its incidents are shown, in which language, and whom a page mentions."""

from __future__ import annotations

import msgspec


class Route(msgspec.Struct, frozen=True):
    """Where a brand's incidents are shown, in which language, and whom a page mentions."""

    channel: str
    language: str = "en"
    mention: str = ""  # a user, user group or here, in Slack's notation: "<@U123>", "<!subteam^S123>", "<!here>"
    steps: tuple[str, ...] = ()  # of the brand's escalation, as configured
    buttons: bool = False  # the Slack app receives clicks
    next_mention: str = ""  # of the person who is on call next
    first_moves: tuple[str, ...] = ()  # of the brand: what to do first
    runbook_url: str = ""  # of the brand
    sources: str = ""  # which of the brand's sources are heard, in a line
    web_url: str = ""  # of `tocsin web`; a card links to its incident's page
