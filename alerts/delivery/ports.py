"""Ports of delivery: the notifier and the file uploader, and the error that says whether trying again helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import msgspec

if TYPE_CHECKING:
    from alerts.rendering.message import Message

UNCERTAIN: Final = frozenset(
    {"timeout", "disconnected", "server_error", "internal_error", "fatal_error", "request_timeout"}
)
"""Codes after which the message may have been accepted nevertheless."""

TOO_LARGE: Final = frozenset(
    {
        "msg_blocks_too_long",
        "msg_too_long",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "metadata_too_large",
        "unrenderable",
    }
)
"""Codes that a smaller message without blocks avoids."""

NOT_EDITABLE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Codes of a message that can no longer be edited: another replaces it."""


class DeliveryError(Exception):
    """A message could not be delivered; says whether trying again may help, and what a person can do.

    `retry_after` is in seconds, where the other side names it.
    """

    def __init__(self, code: str, remedy: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {remedy}")
        self.code = code
        self.remedy = remedy
        self.retryable = retryable
        self.retry_after = retry_after

    @property
    def uncertain(self) -> bool:
        """Tell whether the message may have arrived nevertheless."""
        return self.code in UNCERTAIN


class MessageRef(msgspec.Struct, frozen=True):
    """Reference to a posted message, to edit and to answer it."""

    channel: str
    ts: str


@runtime_checkable
class FileUploader(Protocol):
    """A service that stores files. Every method may raise DeliveryError."""

    async def upload(self, name: str, content: bytes, alt: str) -> str:
        """Upload a PNG that messages can show from then on; return its id."""
        ...

    async def delete_file(self, file: str) -> None:
        """Delete a file."""
        ...


class Notifier(Protocol):
    """A service where messages are posted, edited and answered. Every method may raise DeliveryError."""

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Post a message and return the reference to it."""
        ...

    async def update(self, receipt: MessageRef, message: Message) -> None:
        """Replace what a message shows."""
        ...

    async def reply(self, receipt: MessageRef, message: Message) -> None:
        """Post in a message's thread."""
        ...

    async def find(self, channel: str, incident: str, since: int) -> MessageRef | None:
        """Return the incident's message posted since an instant (wall clock, ms), if there is one."""
        ...

    async def delete_duplicates(self, receipt: MessageRef, incident: str, since: int) -> int:
        """Delete the incident's messages other than `receipt` posted since an instant (wall clock, ms); count them."""
        ...

    async def has_reply(self, receipt: MessageRef, revision: int) -> bool:
        """Tell whether a message's thread holds the reply of a revision."""
        ...
