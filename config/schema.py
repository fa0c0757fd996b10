"""JSON Schema of `brands.yaml`, for editors and other programs."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from config.brands.document import Document
from detectors.model.duration import format_duration

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"


class _Spelled(GenerateJsonSchema):
    """Writes default durations as `brands.yaml` does."""

    def encode_default(self, dft: Any) -> Any:
        """Return the default as JSON: `10m` instead of `PT10M`."""
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `brands.yaml`."""
    body = Document.model_json_schema(schema_generator=_Spelled)
    body["patternProperties"] = {"^x-": {"description": "Free for your own use, such as anchors; Tocsin ignores it."}}
    body["$defs"] = {name: _sparse(part) for name, part in body["$defs"].items()}
    return {"$schema": SCHEMA_ID, **_sparse(body)}


def text() -> str:
    """Return the schema as committed in `config/brands.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _sparse(part: dict[str, Any]) -> dict[str, Any]:
    """Drop the titles that pydantic generates: they repeat the key."""
    fields = part.get("properties", {})
    for field in fields.values():
        field.pop("title", None)
    return part


if __name__ == "__main__":
    sys.stdout.write(text())
