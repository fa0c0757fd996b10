"""Does a message keep every limit that Slack documents? The validator of tests and of the stand-in."""

from __future__ import annotations

import json
import re
from typing import Any, Final

MARKUP: Final = re.compile(r"<([^<>]*)>")
ALLOWED: Final = re.compile(
    r"https?://[^\s|<>]+\|[^<>|]+"  # a link under a label
    r"|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here"  # people
    r"|!date\^\d+\^[^|<>]+\|[^<>|]+"  # an instant with its fallback
)


def complaint(body: dict[str, Any]) -> str:
    """Return the error code that Slack answers to a message, "" for none."""
    blocks = body.get("blocks") or []
    if not body.get("text") and not blocks:
        return "no_text"
    if units(str(body.get("text", ""))) > 4000:
        return "msg_too_long"
    if len(blocks) > 50 or any(faults(block) for block in blocks):
        return "invalid_blocks"
    if len(json.dumps(blocks)) > 13_000:
        return "msg_blocks_too_long"
    metadata = body.get("metadata")
    if metadata is not None and not (metadata.get("event_type") and isinstance(metadata.get("event_payload"), dict)):
        return "invalid_metadata_format"
    return ""


def units(text: str) -> int:
    """Return the length in UTF-16 units; fails on what cannot be sent at all."""
    text.encode("utf-8")
    return len(text.encode("utf-16-le")) // 2


def faults(block: dict[str, Any]) -> list[str]:
    """Return what Slack would not accept in a block."""
    match block:
        case {"type": "header", "text": {"type": "plain_text"} as text, **rest} if set(rest) <= {"type"}:
            return _text(text, 150)
        case {"type": "section", "text": text}:
            return _text(text, 3000)
        case {"type": "section", "fields": [_, *_] as fields} if len(fields) <= 10:
            return [fault for text in fields for fault in _text(text, 2000)]
        case {"type": "actions", "block_id": block_id, "elements": [_, *_] as elements} if len(elements) <= 25:
            long = ["block_id of more than 255 characters"] if units(block_id) > 255 else []
            return long + [fault for element in elements for fault in _element(element)]
        case {"type": "context", "elements": [_, *_] as elements} if len(elements) <= 10:
            return [fault for text in elements for fault in _text(text, 3000)]
        case _:
            return [f"unknown or overfull block {block.get('type')}"]


def _element(element: dict[str, Any]) -> list[str]:
    """Return what Slack would not accept in a button or an overflow menu."""
    if not 1 <= units(element.get("action_id", "")) <= 255:
        return ["action_id of the wrong length"]
    match element:
        case {"type": "button", "text": {"type": "plain_text"} as text, **rest} if set(rest) <= _BUTTON:
            return _text(text, 75)
        case {"type": "overflow", "options": [_, *_] as options} if len(options) <= 5:
            long = ["value of more than 150 characters" for one in options if units(one["value"]) > 150]
            return long + [fault for one in options for fault in _text(one["text"], 75)]
        case _:
            return [f"unknown or overfull element {element.get('type')}"]


_BUTTON: Final = frozenset({"type", "action_id", "style", "value", "url"})


def _text(text: dict[str, Any], limit: int) -> list[str]:
    found = []
    if text.get("type") not in ("plain_text", "mrkdwn"):
        found.append("text of an unknown type")
    if not 1 <= units(text.get("text", "")) <= limit:
        found.append(f"text of {units(text.get('text', ''))} characters, 1 to {limit} allowed")
    return found


def strangers(text: str) -> list[str]:
    """Return the markup in mrkdwn that is neither a labelled link, a person nor an instant: `<!channel>` above all."""
    stray = [inner for inner in MARKUP.findall(text) if not ALLOWED.fullmatch(inner)]
    return stray + (["<"] if text.count("<") != len(MARKUP.findall(text)) else [])


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Return every mrkdwn text of a card."""
    objects = [
        part for block in blocks for part in [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
    ]
    return [part["text"] for part in objects if part and part.get("type") == "mrkdwn"]
