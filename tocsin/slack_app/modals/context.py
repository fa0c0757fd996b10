"""What is a modal about? Kept by Slack while it is open, and read back with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tocsin.slack_app.payloads import View


class ModalContext(msgspec.Struct, frozen=True):
    """The brand and the incident that a modal was opened from."""

    brand: str
    incident: str = ""
    detectors: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()  # all of them, where there are several
    opened_at: int = 0  # when it opened, ms


def read_context(view: View) -> ModalContext | None:
    """Return what a modal is about; None for what none of ours holds."""
    try:
        return msgspec.json.decode(view.private_metadata, type=ModalContext)
    except (msgspec.DecodeError, ValueError):
        return None
