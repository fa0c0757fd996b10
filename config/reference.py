"""Generator of the tables in `docs/configuration.md`: every key and variable as declared, with its default."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, SecretStr

from config.brands.model import Brand, BrandDefaults
from config.environment import variable_of
from config.error_messages import models_in
from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path("docs/configuration.md")

_BLOCK: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewrite(page: str) -> str:
    """Return the page with each block between `<!-- table: NAME -->` and `<!-- end -->` written again."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{_table(found[2])}\n{found[3]}", page)


def _table(name: str) -> str:
    rows = {"brand": _own, "inherited": _inherited, "environment": _environment}[name]()
    head = ["variable" if name == "environment" else "key", "default", "what it does"]
    return "\n".join(_row(*cells) for cells in [head, ["---"] * 3, *rows])


def _own() -> Iterator[list[str]]:
    fields = [name for name in Brand.model_fields if name not in BrandDefaults.model_fields]
    return (row for name in fields for row in _rows(name, Brand))


def _inherited() -> Iterator[list[str]]:
    return (row for name in BrandDefaults.model_fields for row in _rows(name, BrandDefaults))


def _environment() -> Iterator[list[str]]:
    for name, field in Settings.model_fields.items():
        shown = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = ",".join(shown) if isinstance(shown, tuple) else str(shown)
        yield [f"`{variable_of(name)}`", f"`{default}`" if default else "", str(field.description)]


def _rows(path: str, model: type[BaseModel]) -> Iterator[list[str]]:
    """Yield the row of the key at the end of `path`, or those of the keys below it."""
    name = path.rpartition(".")[2]
    field = model.model_fields[name]
    below = next(models_in(field.annotation), None)
    if below is not None:
        for inner in below.model_fields:
            yield from _rows(f"{path}.{inner}", below)
    else:
        yield [f"`{path}`", _default(model, name), str(field.description)]


def _default(model: type[BaseModel], name: str) -> str:
    if model.model_fields[name].default_factory or model.model_fields[name].is_required():
        return ""
    example = model(name="example") if model is Brand else _plain(model)
    value = example.model_dump(mode="json", include={name})[name]
    return "" if value in (None, [], "") else f"`{_spell(value)}`"


def _plain(model: type[BaseModel]) -> BaseModel:
    """Return the model with its defaults; one with required fields is constructed without validation."""
    needy = any(field.is_required() for field in model.model_fields.values())
    return model.model_construct() if needy else model()


def _spell(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    page = Path(sys.argv[1]) if sys.argv[1:] else PAGE
    page.write_text(rewrite(page.read_text("utf-8")), "utf-8")
