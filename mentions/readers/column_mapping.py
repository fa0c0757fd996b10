"""Column mapping: which column of a table is which field of a mention."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mentions.model.mention import Author, Mention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS: Final = (*Mention.model_fields, *(f"author.{name}" for name in Author.model_fields))
REQUIRED: Final = tuple(name for name, field in Mention.model_fields.items() if field.is_required())
COUNTS: Final = frozenset({"reach", "engagement", "author.followers"})

CONSTANT: Final = "="
"""What a mapping begins with that gives each mention a fixed text: `{"channel": "=twitter"}`."""


AUTHOR: Final = "author."
_DIGITS: Final = 15


class ColumnMapping:
    """Maps the cells of a row to the fields of a mention."""

    def __init__(self, header: Sequence[str], mapping: Mapping[str, str]) -> None:
        """Take the header and, for fields that it names otherwise, field → column or field → "=" and a fixed text.

        Columns that are mapped to no field keep their names, and so may be fields all the same.

        Raises:
            ValueError: a field or column is unknown or named twice, or a required field has no column.
        """
        _check(header, mapping)
        renamed = {column: field for field, column in mapping.items() if not column.startswith(CONSTANT)}
        self.width: Final = len(header)
        self._fields = [renamed.get(column, column) for column in header]
        self._constants = {field: text[1:] for field, text in mapping.items() if text.startswith(CONSTANT)}
        _check_fields([*self._fields, *self._constants], header)

    def mention(self, cells: Sequence[str]) -> dict[str, object]:
        """Return the fields of the row's mention. An empty cell is an absent field, unless the field is required."""
        fields: dict[str, object] = dict(self._constants)
        author: dict[str, object] = {}
        for field, cell in zip(self._fields, cells, strict=True):
            if cell == "" and field not in REQUIRED:
                continue
            part = author if field.startswith(AUTHOR) else fields
            part[field.removeprefix(AUTHOR)] = int(cell) if field in COUNTS and _counts(cell) else cell
        return fields | {"author": author} if author else fields


def _counts(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) <= _DIGITS


def _check(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    twice = [column for column, times in Counter(header).items() if times > 1]
    if twice:
        raise ValueError(f"two columns are called {twice[0]!r}: rename one")
    for field, column in mapping.items():
        if field not in FIELDS:
            raise ValueError(f"{field}={column}: a mention has no field {field!r}: use one of {', '.join(FIELDS)}")
        if not column.startswith(CONSTANT) and column not in header:
            raise ValueError(f"{field}={column}: there is no column {column!r}: use one of {', '.join(header)}")


def _check_fields(fields: Sequence[str], header: Sequence[str]) -> None:
    twice = [field for field, times in Counter(fields).items() if times > 1]
    if twice:
        raise ValueError(f"the field {twice[0]!r} is given twice: map it once")
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise ValueError(
            f"no column for {', '.join(missing)}: map {missing[0]}=COLUMN (one of {', '.join(header)}), "
            f"or {missing[0]}==TEXT for the same text in each row"
        )
