"""Channels and their messages: the `chat` and `conversations` methods."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.demo.fake_slack.faults import ApiError, RateLimited

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.event_stream import EventStream
    from tocsin.demo.fake_slack.faults import Call
    from tocsin.demo.fake_slack.files import Files

Message = dict[str, Any]

_PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,20}")


@dataclass
class Conversations:
    """Channels by id with their messages, the oldest first; two posts in one need `min_interval` seconds between."""

    names: dict[str, str]
    events: EventStream
    files: Files
    min_interval: float = 0.0
    absent: set[str] = field(default_factory=set)  # channels that the app is not in
    archived: set[str] = field(default_factory=set)
    missing_scopes: set[str] = field(default_factory=set)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    _posted: dict[str, float] = field(default_factory=dict)
    _serial: int = 0

    def roots(self, channel: str) -> list[Message]:
        """Return the messages of a channel without replies."""
        return [m for m in self.messages.get(channel, []) if "thread_ts" not in m]

    def replies(self, ts: str, channel: str) -> list[Message]:
        """Return the replies in a thread."""
        return [m for m in self.messages.get(channel, []) if m.get("thread_ts") == ts]

    def post(self, call: Call) -> dict[str, Any]:
        """chat.postMessage."""
        channel = self._writable_channel(call.body.get("channel", ""))
        early = self._posted.get(channel, float("-inf")) + self.min_interval - call.arrived
        if self.min_interval and early > 0:
            raise RateLimited(max(1, round(early + 0.5)))
        self._check(call.body)
        self._posted[channel] = call.arrived
        kept = ("text", "blocks", "metadata", "thread_ts")
        message = self.add(channel, {name: call.body[name] for name in kept if name in call.body})
        return {"channel": channel, "ts": message["ts"], "message": message}

    def add(self, channel: str, content: Message) -> Message:
        """Add a message to a channel without validation."""
        self._serial += 1
        message = {"ts": f"{time.time_ns() // 10**9}.{self._serial:06d}"} | content
        self.messages.setdefault(channel, []).append(message)
        self.events.publish("message", channel=channel, message=message)
        return message

    def update(self, call: Call) -> dict[str, Any]:
        """chat.update."""
        channel = self._writable_channel(call.body.get("channel", ""), by_name=False)
        self._check(call.body)
        message = self._existing(channel, call.body.get("ts"))
        message.update({name: call.body[name] for name in ("text", "blocks", "metadata") if name in call.body})
        message["edited"] = {"ts": f"{time.time_ns() / 1e9:.6f}"}
        self.events.publish("message", channel=channel, message=message)
        return {"channel": channel, "ts": message["ts"]}

    def delete(self, call: Call) -> dict[str, Any]:
        """chat.delete."""
        channel = self._writable_channel(call.body.get("channel", ""), by_name=False)
        message = self._existing(channel, call.body.get("ts"))
        self.messages[channel].remove(message)
        self.events.publish("deleted", channel=channel, ts=message["ts"])
        return {"channel": channel, "ts": message["ts"]}

    def history(self, call: Call) -> dict[str, Any]:
        """conversations.history: the latest first."""
        if "channels:history" in self.missing_scopes:
            raise ApiError("missing_scope", needed="channels:history")
        channel = self._writable_channel(call.body.get("channel", ""), by_name=False)
        oldest = float(call.body.get("oldest", 0))
        return page([m for m in self.roots(channel) if float(m["ts"]) > oldest][::-1], call, "messages")

    def thread(self, call: Call) -> dict[str, Any]:
        """conversations.replies: the message and its thread."""
        channel = self._writable_channel(call.body.get("channel", ""), by_name=False)
        found = [m for m in self.roots(channel) if m["ts"] == call.body.get("ts")]
        if not found:
            raise ApiError("thread_not_found")
        return page(found + self.replies(call.body["ts"], channel), call, "messages")

    def index(self, call: Call) -> dict[str, Any]:
        """conversations.list."""
        return page([{"id": key, "name": name} for key, name in self.names.items()], call, "channels")

    def find(self, ts: str) -> tuple[str, Message] | None:
        """Return a message and its channel."""
        return next(((key, m) for key, all_ in self.messages.items() for m in all_ if m["ts"] == ts), None)

    def _check(self, body: dict[str, Any]) -> None:
        error = validation_error(body)
        if error:
            raise ApiError(error)
        for number, block in enumerate(body.get("blocks") or []):
            if "slack_file" in block and not self.files.is_ready(block["slack_file"]):
                pointer = f"invalid slack file [json-pointer:/blocks/{number}/slack_file]"
                raise ApiError("invalid_blocks", errors=[pointer])

    def _existing(self, channel: str, ts: object) -> Message:
        message = next((m for m in self.messages.get(channel, []) if m["ts"] == ts), None)
        if message is None:
            raise ApiError("message_not_found")
        return message

    def _writable_channel(self, given: str, *, by_name: bool = True) -> str:
        """Return the id of a channel that the app may write to; posting takes a name or a person, too."""
        ids = {name: key for key, name in self.names.items()} if by_name else {}
        if given in self.names or given in self.messages:
            channel: str | None = given
        elif by_name and _PERSON.fullmatch(given):
            channel = f"D{given[1:]}"  # a direct message
        else:
            channel = ids.get(given.removeprefix("#"))
        if channel is None:
            raise ApiError("channel_not_found")
        if channel in self.absent:
            raise ApiError("not_in_channel")
        if channel in self.archived:
            raise ApiError("is_archived")
        return channel


def page(found: list[dict[str, Any]], call: Call, key: str) -> dict[str, Any]:
    """Return one page of a list; metadata only where it is asked for."""
    start, limit = int(call.body.get("cursor") or 0), int(call.body.get("limit", 100))
    bare = call.body.get("include_all_metadata") not in ("1", "true", True)
    shown = [{k: v for k, v in one.items() if not (bare and k == "metadata")} for one in found[start : start + limit]]
    following = str(start + limit) if start + limit < len(found) else ""
    return {key: shown, "response_metadata": {"next_cursor": following}}
