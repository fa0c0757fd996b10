"""What becomes of the file when somebody changes thresholds? Exactly what the command line would write."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from config.brands.edit import changed, diff
from config.brands.loader import parse
from config.errors import ConfigError
from tocsin.web.editor.fields import fields, read, written
from tocsin.web.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from config.brands.edit import Value
    from config.brands.model import Brand, Config
    from detectors.model.text import Language

_MARK: Final = 16


@dataclass(frozen=True)
class Sheet:
    """The file as it is read now."""

    name: str
    text: str
    config: Config | None
    problems: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return what another content would change."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:_MARK]

    def brand(self, name: str) -> Brand | None:
        """Return a brand as the file has it."""
        return None if self.config is None else self.config.named().get(name)


@dataclass
class Draft:
    """What somebody typed, what is wrong with it, and the file that would come of it."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    edits: dict[str, Value] = field(default_factory=dict)
    text: str = ""
    diff: str = ""

    @property
    def wrong(self) -> int:
        """Return how many things have to be put right."""
        return len(self.errors) + len(self.general)


def open_sheet(path: Path) -> Sheet:
    """Return the file.

    Raises:
        OSError: it cannot be read.
    """
    raw = path.read_bytes()
    report = parse(raw, path.as_posix())
    text = raw.decode(errors="replace")
    return Sheet(path.as_posix(), text, report.config, tuple(map(str, report.errors)))


def draft(sheet: Sheet, brand: Brand, typed: Mapping[str, str], language: Language) -> Draft:
    """Return what comes of what was typed; settings that are not in it stay as they are.

    An optional setting is taken out by emptying its field, or by the word that an empty field shows.
    """
    made = Draft({path: value.strip() for path, value in typed.items()})
    for path, one in fields().items():
        if one.optional and made.typed.get(path) == say(language, "off"):
            made.typed[path] = ""
        text = made.typed.get(path)
        if text is None or text == written(brand, path):
            continue
        try:
            made.edits[path] = read(one, text)
        except ValueError as error:
            made.errors[path] = str(error)
    if not made.errors and made.edits:
        _apply(made, sheet, brand.name)
    return made


def _apply(made: Draft, sheet: Sheet, brand: str) -> None:
    try:
        made.text = changed(sheet.text, brand, made.edits, name=sheet.name)
    except ConfigError as error:
        for problem in error.problems:
            place = next((path for path in made.edits if problem.path.endswith(f".{path}")), None)
            if place is None:
                made.general.append(str(problem))
            else:
                made.errors[place] = problem.rule
        return
    made.diff = diff(sheet.text, made.text, sheet.name)


def save(path: Path, text: str) -> None:
    """Write the file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(text.encode())
    shutil.copymode(path, fresh)
    fresh.replace(path)
