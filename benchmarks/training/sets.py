"""Labelled data sets: gzipped TSV files, one set a file."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

DEVELOPMENT: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "sentiment"

_ESCAPES: Final = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
_escaped = re.compile(r"\\[tnr\\]")


def read(name: str, folder: Path = DEVELOPMENT) -> list[dict[str, str]]:
    """Return the rows of a set, by column name.

    Raises:
        FileNotFoundError: there is no such set.
    """
    with gzip.open(folder / f"{name}.tsv.gz", "rt", encoding="utf-8", newline="\n") as lines:
        heads = next(lines).rstrip("\n").split("\t")
        return [dict(zip(heads, map(_plain, line.rstrip("\n").split("\t")), strict=True)) for line in lines]


def column(name: str, head: str = "text", folder: Path = DEVELOPMENT) -> list[str]:
    """Return one column of a set."""
    return [row[head] for row in read(name, folder)]


def _plain(cell: str) -> str:
    return _escaped.sub(lambda found: _ESCAPES[found[0]], cell)
