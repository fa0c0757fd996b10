"""A user of the fake Slack: clicks, chooses, submits, closes, types commands and opens the Home tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tocsin.demo.fake_slack import interactions
from tocsin.demo.fake_slack.block_kit import view_errors

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.server import FakeSlack
    from tocsin.demo.fake_slack.views import View

Values = dict[str, dict[str, Any]]


@dataclass
class FakeUser:
    """A user of the workspace; interactions wait for the app's acknowledgement (else `sockets.NotAcknowledged`)."""

    slack: FakeSlack
    user: str

    @property
    def modal(self) -> View | None:
        """Return the open modal, the top one."""
        return self.slack.views.top(self.user)

    @property
    def home(self) -> View | None:
        """Return the home tab."""
        return self.slack.views.homes.get(self.user)

    async def click(
        self, action_id: str, value: Any = None, *, place: str = "", block_id: str = "", values: Values | None = None
    ) -> None:
        """Use an element of a message (`place` is its ts) or view (its id); of the latest card by default.

        `values` are those of a view's inputs so far, by block and action.
        """
        await self.slack.socket_mode.send_and_wait(
            "interactive", self.payload(action_id, value, place, block_id, values)
        )

    def card_click(self, action_id: str, option: str, block_id: str) -> dict[str, Any]:
        """Return the payload of a click on the latest card with buttons; `block_id` may be outdated."""
        rows = [(m, b) for m in self.slack.roots() for b in m.get("blocks", []) if b["type"] == "actions"]
        message, row = rows[-1]
        action = {"action_id": action_id, "block_id": block_id or row["block_id"]}
        shown = {"selected_option": {"value": option}} if option else {}
        where = self._in_message("C0000001", message)
        return interactions.block_actions(self.user, action | shown, where, self.slack.views.trigger(self.user))

    def payload(
        self, action_id: str, value: Any, place: str, block_id: str, values: Values | None = None
    ) -> dict[str, Any]:
        """Return the payload of an element's use.

        Raises:
            LookupError: there is no such element.
        """
        where, blocks = self._container(place, values or {})
        for block, element in interactions.elements(blocks):
            name = block.get("block_id", "")
            if element["action_id"] == action_id and block_id in ("", name):
                action = {"type": element["type"], "action_id": action_id, "block_id": name}
                action |= interactions.element_state(element, value)
                return interactions.block_actions(self.user, action, where, self.slack.views.trigger(self.user))
        raise LookupError(f"no {action_id} in {place or 'the latest card'}")

    async def submit(self, values: Values | None = None) -> dict[str, str]:
        """Submit the modal; return the errors shown beside its inputs, by block."""
        view, values = self._modal(), values or {}
        missing = interactions.missing_inputs(view, values)
        if missing:
            return missing
        sent = interactions.view_submission(self.user, view, values, self.slack.views.trigger(self.user))
        answer = await self.slack.socket_mode.send_and_wait("interactive", sent)
        return self._apply_response(view, answer)

    async def close(self) -> None:
        """Close the modal."""
        view = self._modal()
        self.slack.views.close(self.user)
        if view["notify_on_close"]:
            await self.slack.socket_mode.send_and_wait("interactive", interactions.view_closed(self.user, view))

    async def run_command(self, text: str, channel: str = "C0000001", command: str = "/tocsin") -> None:
        """Type a slash command."""
        place = (channel, self.slack.channels[channel])
        answer, trigger = self.slack.create_response_url(self.user, channel), self.slack.views.trigger(self.user)
        await self.slack.socket_mode.send_and_wait(
            "slash_commands", interactions.slash_command(self.user, place, command, text, answer, trigger)
        )

    async def open_home(self) -> None:
        """Open the app's home tab."""
        await self.slack.socket_mode.send_and_wait("events_api", interactions.app_home_opened(self.user, self.home))

    def _modal(self) -> View:
        if self.modal is None:
            raise LookupError(f"{self.user} has no modal open")
        return self.modal

    def _container(self, place: str, values: Values) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        view = self.slack.views.find(place)
        if view is not None:
            shown = view | {"state": {"values": interactions.view_state(view, values)}}
            return {"container": {"type": "view", "view_id": place}, "view": shown}, view["blocks"]
        cards = [m for m in self.slack.roots() if any(b["type"] == "actions" for b in m.get("blocks", []))]
        found = self.slack.conversations.find(place or (cards[-1]["ts"] if cards else ""))
        if found is None:
            raise LookupError(f"no message or view {place!r}")
        return self._in_message(*found), found[1].get("blocks", [])

    def _in_message(self, channel: str, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": False},
            "channel": {"id": channel, "name": self.slack.channels[channel]},
            "message": message,
            "response_url": self.slack.create_response_url(self.user, channel, message["ts"]),
        }

    def _apply_response(self, view: View, answer: dict[str, Any]) -> dict[str, str]:
        """Apply the app's response to a submission."""
        views, asked = self.slack.views, answer.get("response_action")
        if asked == "errors":
            return dict(answer["errors"])
        if asked in ("update", "push"):
            found = view_errors(answer["view"])
            if found:
                raise ValueError(f"the app answered with a view that Slack does not take: {found}")
        if asked == "update":
            views.change(view, answer["view"])
        elif asked == "push":
            views.put(self.user, views.stacks[self.user], answer["view"])
        else:
            views.close(self.user, whole=asked == "clear")
        return {}
