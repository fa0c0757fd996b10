"""Configuration errors: each problem with file, line, column, key, value, broken rule and remedy, without secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECRET: Final = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|https://hooks\.slack\.com/\S+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    re.DOTALL,
)
_SHOWN_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change: its place, its value, and the broken rule with its remedy.

    `line` and `column` count from 1; they are 0 for an environment variable or a missing file.
    `value` is the offending value as shown, without secrets; None if the place is enough.
    """

    file: str
    line: int
    column: int
    path: str
    value: str | None
    rule: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return `brands.yaml:14:7 brands[2].detect.volume_spike.threshold = -1: must be > 0`."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        place = " ".join(part for part in (where, self.path) if part)
        value = "" if self.value is None else f" = {self.value}"
        rule = f"warning: {self.rule}" if self.severity == "warning" else self.rule
        return f"{place}{value}: {rule}" if place else rule


class ConfigError(ValueError):
    """The configuration cannot be used. The error lists every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def secret_in(text: str) -> bool:
    """Return whether the text contains what looks like a credential."""
    return _SECRET.search(text) is not None


def redact(text: str) -> str:
    """Return the text with everything that looks like a credential replaced by [secret]."""
    return _SECRET.sub("[secret]", text)


def shown(value: object) -> str:
    """Return a value for a message: as YAML spells it, short, on one line and without secrets."""
    if value is None:
        return "(empty)"
    if isinstance(value, bool):
        return str(value).lower()
    text = redact(f'"{_escape(value)}"' if isinstance(value, str) else str(value))
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def _escape(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
