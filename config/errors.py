"""What is wrong with a configuration, where exactly, and what should stand there instead?"""

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
    """One thing to change: its place, what stands there, the rule it breaks with its remedy.

    `line` and `column` count from 1; 0 where there is no such place (an environment variable, a missing file).
    `value` is how the offending value is shown, already without secrets; None where the place says it all.
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
    """The configuration cannot be used. It names every problem, not the first only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def secret_in(text: str) -> bool:
    """Say whether the text holds what looks like a credential."""
    return _SECRET.search(text) is not None


def redact(text: str) -> str:
    """Return the text with everything that looks like a credential blotted out."""
    return _SECRET.sub("[secret]", text)


def shown(value: object) -> str:
    """Return a value as a message may show it: as YAML would spell it, short, on one line and without secrets."""
    if value is None:
        return "(empty)"
    if isinstance(value, bool):
        return str(value).lower()
    text = redact(f'"{_escape(value)}"' if isinstance(value, str) else str(value))
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def _escape(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
