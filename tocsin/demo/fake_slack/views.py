"""Modals and Home tabs: the `views` methods, and the triggers that open a modal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tocsin.demo.fake_slack.block_kit import too_large, view_errors
from tocsin.demo.fake_slack.faults import ApiError

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.event_stream import EventStream
    from tocsin.demo.fake_slack.faults import Call

View = dict[str, Any]

MAX_DEPTH: Final = 3
"""Modals on top of each other."""


@dataclass
class Views:
    """The modals that each user has open, the top one last, and each user's home tab."""

    events: EventStream
    trigger_life: float = 3.0  # seconds
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    _triggers: dict[str, tuple[str, float]] = field(default_factory=dict)  # → user, time.monotonic() of its end
    _used: set[str] = field(default_factory=set)
    _serial: int = 0

    def trigger(self, user: str) -> str:
        """Return a trigger id for an interaction."""
        self._serial += 1
        name = f"{self._serial:06d}.{time.monotonic_ns() % 10**12}.{'abcdef'[self._serial % 6] * 8}"
        self._triggers[name] = (user, time.monotonic() + self.trigger_life)
        return name

    def top(self, user: str) -> View | None:
        """Return the modal that a user sees."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def find(self, view_id: str) -> View | None:
        """Return an open view by its id."""
        views = [*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)]
        return next((view for view in views if view["id"] == view_id), None)

    def owner(self, view_id: str) -> str:
        """Return who sees a view."""
        for user, stack in [*self.stacks.items(), *((user, [home]) for user, home in self.homes.items())]:
            if any(view["id"] == view_id for view in stack):
                return user
        return ""

    def open(self, call: Call) -> dict[str, Any]:
        """views.open."""
        view = self._read_view(call, "modal")
        user = self._use_trigger(call)
        return {"view": self.put(user, [], view)}

    def push(self, call: Call) -> dict[str, Any]:
        """views.push."""
        view = self._read_view(call, "modal")
        user = self._use_trigger(call)
        stack = self.stacks.get(user) or []
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= MAX_DEPTH:
            raise ApiError("push_limit_reached")
        return {"view": self.put(user, stack, view)}

    def put(self, user: str, below: list[View], view: View) -> View:
        """Put a modal on top of others."""
        made = self._stored(view, below[0]["id"] if below else None, below[-1]["id"] if below else None)
        self.stacks[user] = [*below, made]
        self._publish(user)
        return made

    def update(self, call: Call) -> dict[str, Any]:
        """views.update."""
        key = "id" if call.body.get("view_id") else "external_id"
        wanted = call.body.get("view_id") or call.body.get("external_id")
        standing = [view for stack in self.stacks.values() for view in stack]
        known = next((view for view in standing if wanted and view[key] == wanted), None)
        if known is None:
            raise ApiError("not_found")
        self._check_hash(call, known)
        return {"view": self.change(known, self._read_view(call, known["type"]))}

    def change(self, known: View, view: View) -> View:
        """Replace the content of a modal."""
        user = self.owner(known["id"])
        made = self._stored(view, known["root_view_id"], known["previous_view_id"]) | {"id": known["id"]}
        self.stacks[user] = [made if one["id"] == known["id"] else one for one in self.stacks[user]]
        self._publish(user)
        return made

    def publish(self, call: Call) -> dict[str, Any]:
        """views.publish."""
        user, view = str(call.body.get("user_id", "")), self._read_view(call, "home")
        if not user:
            raise ApiError("invalid_arguments")
        known = self.homes.get(user)
        if known is not None:
            self._check_hash(call, known)
        made = self._stored(view, None, None) | ({"id": known["id"]} if known else {})
        self.homes[user] = made
        self.events.publish("home", user=user, view=made)
        return {"view": made}

    def close(self, user: str, *, whole: bool = False) -> None:
        """Close the top modal, or all."""
        self.stacks[user] = [] if whole else (self.stacks.get(user) or [])[:-1]
        self._publish(user)

    def _publish(self, user: str) -> None:
        self.events.publish("modal", user=user, view=self.top(user))

    def _use_trigger(self, call: Call) -> str:
        name = str(call.body.get("trigger_id", ""))
        if name not in self._triggers:
            raise ApiError("invalid_trigger_id")
        if name in self._used:
            raise ApiError("exchanged_trigger_id")
        user, until = self._triggers[name]
        if time.monotonic() > until:
            raise ApiError("expired_trigger_id")
        self._used.add(name)
        return user

    def _read_view(self, call: Call, kind: str) -> View:
        view = call.body.get("view")
        if not isinstance(view, dict) or view.get("type") != kind:
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] not a view of type {kind}"]})
        return self.checked(view)

    @staticmethod
    def checked(view: View) -> View:
        """Return a valid view."""
        found = view_errors(view)
        if found:
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in found]})
        if too_large(view):
            raise ApiError("view_too_large")
        return view

    @staticmethod
    def _check_hash(call: Call, known: View) -> None:
        if call.body.get("hash") not in (None, "", known["hash"]):
            raise ApiError("hash_conflict")

    def _stored(self, view: View, root: str | None, previous: str | None) -> View:
        self._serial += 1
        number = self._serial
        blocks = [{"block_id": f"b{number}-{place}"} | block for place, block in enumerate(view["blocks"])]
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "notify_on_close": False}
        made = (
            empty | view | {"blocks": blocks, "id": f"V{number:08d}", "hash": f"{time.time_ns() // 10**9}.{number:08d}"}
        )
        return made | {"root_view_id": root or made["id"], "previous_view_id": previous, "state": {"values": {}}}
