"""The configuration file under edit: writes exactly what the command line would write."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from config.brands.edit import diff, set_values
from config.brands.loader import parse
from config.errors import ConfigError
from tocsin.web.editor.fields import fields, parse_value, value_text
from tocsin.web.text import translate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from config.brands.edit import Value
    from config.brands.model import Brand, Config
    from detectors.model.signal_text import Language

_VERSION_CHARS: Final = 16


@dataclass(frozen=True)
class ConfigFile:
    """The file as it was read."""

    name: str
    text: str
    config: Config | None
    problems: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Return a hash of the content."""
        return _hash(self.text)

    def brand(self, name: str) -> Brand | None:
        """Return a brand as the file has it."""
        return None if self.config is None else self.config.by_name().get(name)


@dataclass
class PendingChange:
    """A change as typed: its errors, and the file it would produce."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    edits: dict[str, Value] = field(default_factory=dict)
    text: str = ""
    diff: str = ""

    @property
    def version(self) -> str:
        """Return a hash of the file that it would produce: what was previewed is what is applied."""
        return _hash(self.text)

    @property
    def error_count(self) -> int:
        """Return the number of errors."""
        return len(self.errors) + len(self.general)


def read_config_file(path: Path) -> ConfigFile:
    """Return the file.

    Raises:
        OSError: it cannot be read.
    """
    raw = path.read_bytes()
    report = parse(raw, path.as_posix())
    text = raw.decode(errors="replace")
    return ConfigFile(path.as_posix(), text, report.config, tuple(map(str, report.errors)))


def build_change(file: ConfigFile, brand: Brand, typed: Mapping[str, str], language: Language) -> PendingChange:
    """Return the change that typed values make; settings that are not among them stay.

    An optional setting is taken out by emptying its field, or by the word that an empty field shows.
    """
    made = PendingChange({path: value.strip() for path, value in typed.items()})
    for path, one in fields().items():
        if one.optional and made.typed.get(path) == translate(language, "off"):
            made.typed[path] = ""
        text = made.typed.get(path)
        if text is None or text == value_text(brand, path):
            continue
        try:
            made.edits[path] = parse_value(one, text)
        except ValueError as error:
            made.errors[path] = str(error)
    if not made.errors and made.edits:
        _apply(made, file, brand.name)
    return made


def _apply(made: PendingChange, sheet: ConfigFile, brand: str) -> None:
    try:
        made.text = set_values(sheet.text, brand, made.edits, name=sheet.name)
    except ConfigError as error:
        for problem in error.problems:
            place = next((path for path in made.edits if problem.path.endswith(f".{path}")), None)
            if place is None:
                made.general.append(str(problem))
            else:
                made.errors[place] = problem.rule
        return
    made.diff = diff(sheet.text, made.text, sheet.name)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_CHARS]
