"""JSON Lines reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentions.readers.position import Line, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.readers.line_reader import LineReader


def read_json_lines(lines: LineReader) -> Iterator[Line]:
    """Yield each line that is not blank, without its line end.

    Raises:
        SourceError: the file is one JSON array, or cannot be read on.
    """
    for line in lines:
        raw = line.strip()
        if not raw:
            continue
        number = lines.position.lines
        if number == 1 and raw.startswith(b"["):
            raise SourceError(lines.path, 1, "is a JSON array: send one object a line, such as by jq -c '.[]'")
        yield Line(number, raw, lines.position)
