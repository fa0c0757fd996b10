"""Three-way merge of configuration files, line by line, as `diff3` does it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple


class _Hunk(NamedTuple):
    """Lines `start` to `end` of the base become `lines`."""

    start: int
    end: int
    lines: list[str]


def merge(base: str, ours: str, theirs: str) -> str | None:
    r"""Return `ours` with the changes from `base` to `theirs`; None where both change the same or adjacent lines.

    >>> merge("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n"), merge("a\n", "b\n", "c\n")
    ('A\nb\nc\nD\n', None)
    """
    lines = base.splitlines(keepends=True)
    own, other = _hunks(lines, ours), _hunks(lines, theirs)
    new = [hunk for hunk in other if hunk not in own]
    if any(hunk.start <= mine.end and mine.start <= hunk.end for hunk in new for mine in own):
        return None
    for hunk in sorted([*own, *new], reverse=True):
        lines[hunk.start : hunk.end] = hunk.lines
    return "".join(lines)


def _hunks(base: list[str], text: str) -> list[_Hunk]:
    lines = text.splitlines(keepends=True)
    codes = SequenceMatcher(None, base, lines, autojunk=False).get_opcodes()
    return [_Hunk(start, end, lines[first:last]) for tag, start, end, first, last in codes if tag != "equal"]
