"""Context of a modal: kept by Slack in its private metadata while it is open."""

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
    """Return a modal's context; None where it is not ours."""
    try:
        return msgspec.json.decode(view.private_metadata, type=ModalContext)
    except (msgspec.DecodeError, ValueError):
        return None
