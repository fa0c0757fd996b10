"""Response URLs of interactions and commands: valid for five responses within half an hour."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.event_stream import EventStream
    from tocsin.demo.fake_slack.messages import Conversations

MAX_USES: Final = 5
LIFETIME: Final = 1800.0
"""Seconds."""


@dataclass
class EphemeralReply:
    """A message that only one user sees."""

    user: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]


@dataclass
class _Address:
    user: str
    channel: str
    ts: str
    until: float  # time.monotonic()
    uses: int = 0


@dataclass
class ResponseUrls:
    """The response URLs created, and the responses to them."""

    events: EventStream
    channels: Conversations
    replies: list[EphemeralReply] = field(default_factory=list)
    _addresses: dict[str, _Address] = field(default_factory=dict)

    def create(self, user: str = "", channel: str = "", ts: str = "") -> str:
        """Return the name of a new response URL; `ts` is of the clicked message."""
        name = f"{len(self._addresses) + 1}"
        self._addresses[name] = _Address(user, channel, ts, time.monotonic() + LIFETIME)
        return name

    def respond(self, name: str, body: dict[str, Any]) -> str:
        """Accept a response; return Slack's error, "" for none."""
        address = self._addresses.get(name)
        if address is None or time.monotonic() > address.until:
            return "expired_url"
        address.uses += 1
        if address.uses > MAX_USES:
            return "used_url"
        if body.get("delete_original") or body.get("replace_original"):
            return self._change(address, body)
        if not body.get("text") and not body.get("blocks"):
            return "no_text"
        if body.get("response_type") == "in_channel":
            self.channels.add(address.channel, {k: body[k] for k in ("text", "blocks") if k in body})
            return ""
        reply = EphemeralReply(address.user, address.channel, str(body.get("text", "")), body.get("blocks") or [])
        self.replies.append(reply)
        self.events.publish("ephemeral", **vars(reply))
        return ""

    def _change(self, address: _Address, body: dict[str, Any]) -> str:
        """Replace or delete the clicked message."""
        found = self.channels.find(address.ts)
        if found is None:
            return "message_not_found"
        channel, message = found
        if body.get("delete_original"):
            self.channels.messages[channel].remove(message)
            self.events.publish("deleted", channel=channel, ts=message["ts"])
        else:
            message.update({k: body[k] for k in ("text", "blocks") if k in body})
            self.events.publish("message", channel=channel, message=message)
        return ""
