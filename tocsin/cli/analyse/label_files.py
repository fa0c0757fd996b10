"""Files of labels: an incidents.yaml, or a table as spreadsheets write it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tocsin.cli.file_reading import FileReading
from tocsin.cli.output import printable
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from mentions.readers.fields.field_map import Target
    from replay.tuning.labels import Label

TABLES: Final = frozenset({".csv", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods", ".json", ".jsonl", ".zip", ".gz", ".zst"})
"""Names of tables; what is called otherwise is YAML."""

_INSTANTS: Final = ("onset", "visible_from", "end")
_FORMULA_MARK: Final = "'"


def read_labels(file: Path, reading: FileReading | None = None) -> list[Label]:
    """Return the labels of a file; `reading` says what a table does not say of itself.

    Raises:
        UsageError: there is no such file, or it cannot be read as a table.
        ConfigError: it names every error with its line.
    """
    from replay.tuning.labels import read  # noqa: PLC0415  pydantic and YAML are slow to load

    if not file.is_file():
        raise UsageError(
            f"{printable(str(file))}: no such file: `tocsin labels export` makes one from the verdicts in Slack"
        )
    is_table = file.suffix.lower() in TABLES
    return read(_as_yaml(file, reading or FileReading()) if is_table else file.read_bytes(), str(file))


def label_target() -> Target:
    """Return the columns of a table of labels."""
    from mentions.readers.fields.field_map import Target  # noqa: PLC0415  slow to load
    from replay.tuning.labels import KEYS, REQUIRED  # noqa: PLC0415

    return Target(KEYS, REQUIRED, "a label")


def _as_yaml(file: Path, reading: FileReading) -> bytes:
    """Return a table as YAML with each row on the line where it stands in the table, so that errors name that line."""
    from mentions.readers.position import Line, RejectedLine  # noqa: PLC0415  slow to load

    lines = ["incidents:"]
    timestamps = reading.timestamps()
    for found in reading.fields(str(file), label_target()):
        place = f"{printable(str(file))}:{found.number}"
        if isinstance(found, RejectedLine):
            raise UsageError(f"{place}: {printable('; '.join(found.reasons))}")
        fields = json.loads(found.raw) if isinstance(found, Line) else dict(found.fields)
        try:
            label = {
                key: str(timestamps.read(text) if key in _INSTANTS else _plain(text))
                for key, text in fields.items()
                if key in label_target().fields and str(text or "").strip()
            }
        except ValueError as error:
            raise UsageError(f"{place}: {printable(str(error))}") from None
        lines += [""] * (found.number - len(lines) - 1)
        lines.append(f"  - {json.dumps(label, ensure_ascii=False)}")
    return "\n".join(lines).encode() if len(lines) > 1 else b"incidents: []"


def _plain(text: object) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    plain = str(text)
    return plain[1:] if plain[:1] == _FORMULA_MARK and plain[1:2] in {"=", "+", "-", "@"} else plain
