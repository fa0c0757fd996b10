"""Settings from the environment: reads `TOCSIN_…` variables, and names those that are wrong or unknown."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr, ValidationError

from config.error_messages import describe
from config.errors import ConfigError, Problem, shown
from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "TOCSIN_"
CALENDAR_PREFIX: Final = "TOCSIN_ICAL_"
"""Prefix of the variables that hold secret calendar addresses, which a schedule names."""


def from_environ(environ: Mapping[str, str]) -> Settings:
    """Return the settings in `environ` (pass `os.environ`); an empty variable counts as not set.

    Raises:
        ConfigError: a variable has an invalid value; it lists every such variable, and shows no secret.
    """
    values = {
        name: environ[variable].strip()
        for name in Settings.model_fields
        if environ.get(variable := variable_of(name), "").strip()
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            _problem(str(detail["loc"][0]) if detail["loc"] else "", values, describe(detail, Settings))
            for detail in error.errors()
        ) from error


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each unknown `TOCSIN_…` variable: most likely a misspelling."""
    known = [variable_of(name) for name in Settings.model_fields]
    ours = sorted(name for name in environ if name.startswith(PREFIX) and not name.startswith(CALENDAR_PREFIX))
    found = [name for name in ours if name not in known]
    return [f"{name} is not a variable of Tocsin{_guess(name, known)}" for name in found]


def variable_of(field: str) -> str:
    """Return the environment variable of a field of `Settings`."""
    return f"{PREFIX}{field.upper()}"


def _guess(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    return f": did you mean {close[0]}?" if close else ""


def _problem(field: str, values: dict[str, str], rule: str) -> Problem:
    if not field:
        return Problem("environment", 0, 0, "", None, rule)
    secret = Settings.model_fields[field].annotation is SecretStr
    value = None if secret else shown(values[field])
    return Problem("environment", 0, 0, variable_of(field), value, rule)
