"""Error codes of Slack, and the remedy for each."""

from __future__ import annotations

from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from alerts.delivery.ports import DeliveryError

REQUEST_FAILURES: Final = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
"""What a request of the Web API raises where Slack refuses it, or is not reached."""

LOOKUP_FAILURES: Final = (*REQUEST_FAILURES, ValueError)
"""What a lookup does without: those, and an answer that is none."""

TRANSIENT: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
)
"""Errors of Slack's own that pass."""

_TOKEN: Final = "copy the Bot User OAuth Token (xoxb-…) of the installed app into TOCSIN_SLACK_TOKEN"  # noqa: S105

REMEDIES: Final[dict[str, str]] = {
    "channel_not_found": "no such channel, or the app may not see it: check slack_channel of the brand, and invite the "
    "app to a private channel with /invite",
    "not_in_channel": "invite the app to the channel with /invite",
    "is_archived": "the channel is archived: set another slack_channel for the brand",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": f"the app's account was disabled: install it again, and {_TOKEN}",
    "token_revoked": f"the token was revoked: install the app again, and {_TOKEN}",
    "token_expired": f"the token has expired: install the app again, and {_TOKEN}",
    "missing_scope": "add the scope to the app under OAuth & Permissions, and install it again",
    "restricted_action": "a workspace setting keeps the app from posting here: ask a workspace administrator",
    "restricted_action_read_only_channel": "the channel is read only: let the app post, or set another slack_channel",
    "msg_blocks_too_long": "the card is too long for Slack: the bare text is sent instead; please report it",
    "invalid_blocks": "Slack does not accept the card: the bare text is sent instead; please report it",
    "message_not_found": "somebody deleted the message: another one takes its place",
    "edit_window_closed": "the workspace does not let apps edit old messages: another one takes its place",
}

_DEFAULT_REMEDY: Final = "see https://docs.slack.dev/reference/methods/chat.postMessage#errors"


def code_of(error: Exception) -> str:
    """Return Slack's code for a failed request, or the kind of the error where Slack gave none."""
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__


def error_for(code: str, answer: dict[str, Any]) -> DeliveryError:
    """Return the error for a code, with its remedy; names the scope that is missing."""
    needed = f" (needed: {answer['needed']})" if answer.get("needed") else ""
    remedy = f"{REMEDIES.get(code, _DEFAULT_REMEDY)}{needed}"
    return DeliveryError(code, remedy, retryable=code in TRANSIENT)
