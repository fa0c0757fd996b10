"""Block Kit validator: the limits that Slack documents for messages and views."""

from __future__ import annotations

import json
from typing import Any, Final

from tocsin.demo.fake_slack.elements import (
    ACCESSORIES,
    ACTIONS,
    INPUTS,
    Part,
    element_errors,
    image_errors,
    text_errors,
    utf16_length,
)

__all__ = ["block_errors", "utf16_length", "validation_error", "view_errors"]

MAX_BLOCKS: Final = {"message": 50, "modal": 100, "home": 100}
"""Blocks."""

_ALLOWED: Final[dict[str, frozenset[str]]] = {
    kind: frozenset({"type", "block_id", *keys.split()})
    for kind, keys in {
        "header": "text",
        "section": "text fields accessory expand",
        "context": "elements",
        "actions": "elements",
        "divider": "",
        "image": "image_url slack_file alt_text title",
        "input": "label element hint optional dispatch_action",
        "rich_text": "elements",
    }.items()
}
_VIEW_KEYS: Final = (
    "type title blocks close submit private_metadata callback_id clear_on_close notify_on_close external_id "
    "submit_disabled"
)
_VIEW: Final = frozenset(_VIEW_KEYS.split())
_RICH: Final = frozenset({"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"})
_MAX_VIEW_CHARS: Final = 250_000


def validation_error(body: dict[str, Any]) -> str:
    """Return the error code that Slack answers to a message, "" for none."""
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        return "no_text"
    if utf16_length(str(body.get("text", ""))) > 4000:  # noqa: PLR2004  documented
        return "msg_too_long"
    if blocks_errors(blocks, "message"):
        return "invalid_blocks"
    if len(json.dumps(blocks)) > 13_000:  # noqa: PLR2004  measured by users: slackapi/bolt-js#2509
        return "msg_blocks_too_long"
    metadata = body.get("metadata")
    if metadata is not None and not (metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)):
        return "invalid_metadata_format"
    return ""


def view_errors(view: dict[str, Any]) -> list[str]:
    """Return the errors of a modal or a Home tab."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"a view of type {kind}"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return ["blocks are missing"]
    found = [f"{name} in a view" for name in sorted(set(view) - _VIEW)] + blocks_errors(blocks, kind)
    for name in ("title", "submit", "close"):
        if name in view or (kind == "modal" and name == "title"):
            found += [f"{name}: {fault}" for fault in text_errors(view.get(name), 24, plain=True)]
    if any(block.get("type") == "input" for block in blocks) and kind == "modal" and "submit" not in view:
        found.append("submit is missing beside an input")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        found += [f"{name} too long"] if utf16_length(str(view.get(name, ""))) > most else []
    return found


def too_large(view: dict[str, Any]) -> bool:
    """Return whether a view is too large for Slack."""
    return len(json.dumps(view)) > _MAX_VIEW_CHARS


def blocks_errors(blocks: list[Part], surface: str) -> list[str]:
    """Return the errors of the blocks of a message, modal or Home tab."""
    found = [] if len(blocks) <= MAX_BLOCKS[surface] else [f"{len(blocks)} blocks, {MAX_BLOCKS[surface]} allowed"]
    named = [block["block_id"] for block in blocks if "block_id" in block]
    found += [] if len(named) == len(set(named)) else ["two blocks of one block_id"]
    return found + [fault for block in blocks for fault in block_errors(block)]


def block_errors(block: Part) -> list[str]:
    """Return the errors of a block."""
    kind = str(block.get("type"))
    if kind not in _ALLOWED:
        return [f"unknown block {kind}"]
    found = [f"{name} in {kind}" for name in sorted(set(block) - _ALLOWED[kind])]
    if "block_id" in block and not 1 <= utf16_length(str(block["block_id"])) <= 255:  # noqa: PLR2004  documented
        found.append("block_id of the wrong length")
    return found + _CHECKS[kind](block)


def _header(block: Part) -> list[str]:
    return text_errors(block.get("text"), 150, plain=True)


def _section(block: Part) -> list[str]:
    fields = block.get("fields", [])
    found = [] if "text" in block or fields else ["a section without text"]
    found += text_errors(block["text"], 3000) if "text" in block else []
    found += [] if len(fields) <= 10 else ["more than ten fields"]  # noqa: PLR2004  documented
    found += [fault for one in fields for fault in text_errors(one, 2000)]
    return found + (element_errors(block["accessory"], ACCESSORIES) if "accessory" in block else [])


def _context(block: Part) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 10 else ["1 to 10 elements in a context"]  # noqa: PLR2004  documented
    for one in elements:
        found += element_errors(one, frozenset({"image"})) if one.get("type") == "image" else text_errors(one, 3000)
    return found


def _actions(block: Part) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 25 else ["1 to 25 elements in actions"]  # noqa: PLR2004  documented
    names = [str(one.get("action_id")) for one in elements]
    found += [] if len(names) == len(set(names)) else ["two elements of one action_id"]
    return found + [fault for one in elements for fault in element_errors(one, ACTIONS)]


def _image(block: Part) -> list[str]:
    found = image_errors(block) + ([] if 1 <= utf16_length(str(block.get("alt_text", ""))) <= 2000 else ["alt_text"])  # noqa: PLR2004
    return found + (text_errors(block["title"], 2000, plain=True) if "title" in block else [])


def _input(block: Part) -> list[str]:
    found = text_errors(block.get("label"), 2000, plain=True) + element_errors(block.get("element", {}), INPUTS)
    return found + (text_errors(block["hint"], 2000, plain=True) if "hint" in block else [])


def _rich_text(block: Part) -> list[str]:
    kinds = {str(one.get("type")) for one in block.get("elements", [{}])}
    return [f"{kind} in rich_text" for kind in sorted(kinds - _RICH)]


def _divider(_block: Part) -> list[str]:
    return []


_CHECKS: Final = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
}
