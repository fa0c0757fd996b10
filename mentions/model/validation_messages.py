"""Validation errors of mentions as one line a field: place, rule, value, remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MAX_VALUE_CHARS: Final = 60
"""How many characters of a refused value are shown."""

UNION_TAGS: Final = ("sum", "named")

_RULES: Final = {
    "missing": "missing: every mention needs id, text, published_at and channel",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 16 digits",
    "finite_number": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "model_type": "must be an object such as {{id, name, followers}}, or the id alone",
}


def messages(error: ValidationError) -> tuple[str, ...]:
    """Return one line per finding, each starting with the field's name."""
    return tuple(_reason(finding) for finding in error.errors(include_url=False))


def truncate(value: object) -> str:
    """Return `value` as harmless ASCII, at most SHOWN characters of it."""
    shown = ascii(value[: MAX_VALUE_CHARS + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= MAX_VALUE_CHARS else shown[:MAX_VALUE_CHARS] + "..."


def _reason(finding: ErrorDetails) -> str:
    place = _place(finding["loc"])
    kind = finding["type"]
    context: dict[str, Any] = finding.get("ctx", {})
    if kind == "value_error":
        return f"{place}: {context['error']}"
    rule = _RULES.get(kind, finding["msg"]).format(**context)
    return f"{place}: {rule}" if kind == "missing" else f"{place}: {rule}, got {truncate(finding['input'])}"


def _place(loc: tuple[int | str, ...]) -> str:
    parts = [part for at, part in enumerate(loc) if not (at == 1 and loc[0] == "engagement" and part in UNION_TAGS)]
    return ".".join(ascii(part)[1:-1] if isinstance(part, str) else str(part) for part in parts) or "extra"
