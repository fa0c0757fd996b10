"""JSON Schema of a mention, for producers' own checks: `python -m mentions.schema > docs/mention.schema.json`."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from mentions.model.mention import Mention

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"

_NUMBER: Final = {"type": "integer"}
_TIME: Final = {"type": "string", "format": "date-time"}
_FURTHER_FORMS: Final[dict[tuple[str, str], list[dict[str, Any]]]] = {
    ("Mention", "id"): [_NUMBER],
    ("Mention", "author"): [{"type": "string", "maxLength": 256}, _NUMBER],
    ("Mention", "reply_to"): [_NUMBER],
    ("Mention", "thread"): [_NUMBER],
    ("Mention", "revision"): [_TIME, {"type": "null"}],
    ("Author", "id"): [_NUMBER],
}
"""What the model also takes, as it stands on `docs/mentions.md`."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a mention: what it accepts is accepted, in the forms that are usual."""
    body = Mention.model_json_schema()
    parts = {"Mention": body, **body["$defs"]}
    for (part, name), forms in _FURTHER_FORMS.items():
        _widen(parts[part]["properties"][name], forms)
    for part in parts.values():
        part.pop("title", None)
        for field in part["properties"].values():
            field.pop("title", None)
    body["description"] = body["description"].partition("\n")[0]
    return {"$schema": SCHEMA_ID, "title": "Mention", **body}


def text() -> str:
    """Return the schema as committed in `docs/mention.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _widen(field: dict[str, Any], forms: list[dict[str, Any]]) -> None:
    """Let a field take further forms."""
    if "anyOf" not in field:
        kept = {name: field.pop(name) for name in list(field) if name not in {"default", "description", "title"}}
        field["anyOf"] = [kept]
    field["anyOf"] += [form for form in forms if form not in field["anyOf"]]


if __name__ == "__main__":
    sys.stdout.write(text())
