"""Reads docker-compose.yml, so that tests can start its services without Docker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::([-+])([^}]*))?\}")


@dataclass(frozen=True)
class Service:
    """One service: the command it runs and the environment it gets, with `${NAME:-default}` and `:+` filled in."""

    name: str
    image: str
    command: list[str]
    environment: dict[str, str]
    health: list[str]  # the health check's command; empty: none
    after: dict[str, str]  # service → the condition that must hold before this one starts
    replicas: int


def read_services(path: Path, environ: Mapping[str, str]) -> dict[str, Service]:
    """Return the services of a compose file by name; `environ` is what compose would find in its own environment."""
    document = YAML(typ="safe").load(path)
    return {name: _service(name, raw, environ) for name, raw in document["services"].items()}


def _service(name: str, raw: Mapping[str, Any], environ: Mapping[str, str]) -> Service:
    return Service(
        name=name,
        image=raw["image"],
        command=[_filled(word, environ) for word in raw.get("command", ())],
        environment={key: _filled(value, environ) for key, value in raw.get("environment", {}).items()},
        health=[_filled(word, environ) for word in raw.get("healthcheck", {}).get("test", ())][1:],
        after={other: rule["condition"] for other, rule in raw.get("depends_on", {}).items()},
        replicas=raw.get("deploy", {}).get("replicas", 1),
    )


def _filled(value: object, environ: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: _value(environ.get(found[1], ""), found[2], found[3] or ""), str(value))


def _value(known: str, operator: str | None, other: str) -> str:
    """Return what takes the place of a variable: with `:+` the other text if it is set, else its own or the other."""
    if operator == "+":
        return other if known else ""
    return known or other
