"""Field map: from which columns of a table, or paths of a JSON object, each field of a mention comes.

A field comes from a column or path (`text=body`, `author.id=user.screen_name`), from the first of several that is not
empty (`text=body|snippet`), from several joined (`text=title+body`), or is one text for all (`channel==forum`). A part
in single quotes stands for itself (`url='https://example.com'+path`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mentions.model.mention import Author, Mention

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

FIELDS: Final = (*Mention.model_fields, *(f"author.{name}" for name in Author.model_fields))
REQUIRED: Final = tuple(name for name, field in Mention.model_fields.items() if field.is_required())

CONSTANT: Final = "="
"""What a mapping begins with that gives each mention a fixed text: `{"channel": "=twitter"}`."""

ENGAGEMENT: Final = "engagement."
"""Counters of interactions may be mapped one by one: `engagement.likes=like_count`."""

_JOINED_BY: Final = {"text": "\n", "id": "/", "url": ""}
_JOIN: Final = "+"
_ELSE: Final = "|"
_QUOTE: Final = "'"


class Target(NamedTuple):
    """What is read: its fields, which of them it needs, and what to call it."""

    fields: tuple[str, ...]
    required: tuple[str, ...]
    what: str


MENTION: Final = Target(FIELDS, REQUIRED, "a mention")


class FieldSource(NamedTuple):
    """Where a field comes from: parts to join, each the first of its names that has a value; or one fixed text."""

    parts: tuple[tuple[str, ...], ...]
    constant: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns or paths, without texts in quotes."""
        return tuple(name for part in self.parts for name in part if not _is_quoted(name))

    def value(self, get: Callable[[str], Any], field: str) -> Any:
        """Return the field's value, None where there is none; parts that another part holds are joined once."""
        if self.constant is not None:
            return self.constant
        if len(self.parts) == 1:
            return _first(self.parts[0], get)
        found = [(part, value) for part in self.parts if not _is_empty(value := _first(part, get))]
        if all(_is_quoted(part[0]) for part, _value in found):
            return None
        texts = [str(value) for _part, value in found]
        return _JOINED_BY.get(field, " ").join(_without_repeats(texts) if field == "text" else texts)


def parse_source(text: str, names: Collection[str] = ()) -> FieldSource:
    """Return the source that a mapping states; a name that stands in `names` as it is may hold signs of joining.

    >>> parse_source("title+body|snippet").parts
    (('title',), ('body', 'snippet'))
    """
    if text.startswith(CONSTANT):
        return FieldSource((), text.removeprefix(CONSTANT))
    if text in names:
        return FieldSource(((text,),))
    return FieldSource(tuple(tuple(map(str.strip, part.split(_ELSE))) for part in text.split(_JOIN)))


def check_fields(mapping: Mapping[str, str], target: Target) -> None:
    """See that each mapped field exists.

    Raises:
        ValueError: one does not.
    """
    for field, source in mapping.items():
        if field not in target.fields and not (target is MENTION and field.startswith(ENGAGEMENT)):
            raise ValueError(
                f"{field}={source}: {target.what} has no field {field!r}: use one of {', '.join(target.fields)}"
            )


def resolve_preset(mapping: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return a preset's mapping with those of its names only that the file has; fields without any are left out."""
    resolved = {}
    for field, text in mapping.items():
        source = parse_source(text)
        if source.constant is not None:
            resolved[field] = text
            continue
        parts = [[name for name in part if name in names or _is_quoted(name)] for part in source.parts]
        kept = [_ELSE.join(part) for part in parts if part]
        if any(not _is_quoted(name) for part in parts for name in part):
            resolved[field] = _JOIN.join(kept)
    return resolved


def path_value(record: Any, path: str) -> Any:
    """Return what stands at a path such as `user.name` or `langs.0` of a JSON value, None for nothing.

    >>> path_value({"user": {"langs": ["fr"]}, "a.b": 1}, "user.langs.0"), path_value({"a.b": 1}, "a.b")
    ('fr', 1)
    """
    if isinstance(record, dict) and path in record:
        return record[path]
    for key in path.split("."):
        if isinstance(record, dict):
            record = record.get(key)
        elif isinstance(record, list) and key.isdigit() and int(key) < len(record):
            record = record[int(key)]
        else:
            return None
    return record


def _first(names: tuple[str, ...], get: Callable[[str], Any]) -> Any:
    value = None
    for name in names:
        value = name[1:-1] if _is_quoted(name) else get(name)
        if not _is_empty(value):
            break
    return value


def _without_repeats(texts: list[str]) -> list[str]:
    """Return the texts that no other one holds: a snippet repeats what the whole text says."""
    each = list(dict.fromkeys(text.strip() for text in texts))
    return [text for text in each if not any(text != other and text in other for other in each)]


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_quoted(name: str) -> bool:
    return len(name) > 1 and name.startswith(_QUOTE) and name.endswith(_QUOTE)
