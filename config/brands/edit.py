"""Editor of `brands.yaml`: changes settings in the text, and leaves every other line as it is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from config.brands.loader import parse
from config.brands.plan import plan
from config.brands.wire import encode_brand
from config.errors import ConfigError, Problem
from detectors.model.duration import format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.brands.model import Config

Value = str | int | float | bool | timedelta | tuple[str, ...] | list[str] | None
"""Value of a setting; a duration may also be text (`10m`). None is written as `null`, which inherits nothing."""

_AnyNode = MappingNode | SequenceNode | ScalarNode
_PLAIN: Final = re.compile(r"[A-Za-zÀ-ÿ0-9][\wÀ-ÿ./@ -]*(?<! )")
_STEP: Final = "  "
_BOM: Final = "\ufeff"
_NULL: Final = "tag:yaml.org,2002:null"


class _Splice(NamedTuple):
    """Characters `start` to `end` become `text`."""

    start: int
    end: int
    text: str


def set_values(
    text: str, brand: str, edits: Mapping[str, Value], *, group: bool = False, name: str = "brands.yaml"
) -> str:
    """Return a brands.yaml with settings of one brand, or with `group` of one group's defaults, changed.

    Comments, order, quotes and blank lines stay as they are: only the lines of the settings change, and missing
    parents are added after the last entry of their parent.

    Args:
        text: the file, which must be valid.
        brand: the brand's name, or the group's.
        edits: dotted path → value, such as {"detect.volume_spike.peak_ratio": 1.6}.
        group: `brand` names a group: its `defaults` change.
        name: name of the file in messages.

    Raises:
        ConfigError: the file is invalid, has no such brand, would be invalid with the edits, or writes the setting in a
            way that changes more than this brand (an alias, a merge key): edit it by hand.
    """
    before = _load(text, name)
    mark, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    for path, value in edits.items():
        splice = _splice(body, _locate(body, brand, path, group=group, name=name), value)
        body = body[: splice.start] + splice.text + body[splice.end :]
    after = _load(mark + body, name)
    _confirm(before, after, brand, edits, group=group, name=name)
    return mark + body


def diff(before: str, after: str, name: str = "brands.yaml") -> str:
    """Return the change as a unified diff for `git apply` and `patch -p1`; empty without a change.

    The path is relative to the working directory; a file outside it has its bare name.
    """
    path, here = Path(name), Path.cwd()
    if path.is_absolute():
        path = path.relative_to(here) if path.is_relative_to(here) else Path(path.name)
    shown = path.as_posix()
    lines = unified_diff(before.splitlines(), after.splitlines(), f"a/{shown}", f"b/{shown}", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def to_yaml(value: Value) -> str:
    """Return a value as YAML spells it on one line.

    >>> to_yaml(timedelta(minutes=90)), to_yaml("#alerts"), to_yaml(True), to_yaml(("U1", "U2")), to_yaml(None)
    ('1h 30m', '"#alerts"', 'true', '[U1, U2]', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(to_yaml, value))}]"
    if isinstance(value, str):
        is_text = YAML(typ="safe", pure=True).load(value) == value if _PLAIN.fullmatch(value) else False
        return value if is_text else json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else repr(value)


class _Place(NamedTuple):
    """Place of a path in the file: the deepest mapping, the key within it if written, and the missing rest."""

    mapping: MappingNode
    key: ScalarNode | None
    value: _AnyNode | None
    missing: tuple[str, ...]  # below `mapping`; empty if the setting itself is written


def _locate(text: str, brand: str, path: str, *, group: bool, name: str) -> _Place:
    root = YAML(typ="rt", pure=True).compose(text)
    found = _group(root, brand) if group else _brand(root, brand)
    if found is None:
        raise _error(name, f"has no {'group' if group else 'brand'} {json.dumps(brand, ensure_ascii=False)}")
    steps = ("defaults", *path.split(".")) if group else tuple(path.split("."))
    return _descend(found, steps)


def _brand(root: MappingNode, brand: str) -> _AnyNode | None:
    brands = _entry(root, "brands")[1]
    for node in brands.value if isinstance(brands, SequenceNode) else ():
        named = _entry(node, "name")[1] if isinstance(node, MappingNode) else None
        if named is not None and named.value == brand:
            return node  # type: ignore[no-any-return]  # ruamel's nodes are untyped
    return None


def _group(root: MappingNode, group: str) -> _AnyNode | None:
    groups = _entry(root, "groups")[1]
    found = _entry(groups, group)[1] if isinstance(groups, MappingNode) else None
    return found if isinstance(found, MappingNode) else None


def _descend(mapping: _AnyNode, steps: Sequence[str]) -> _Place:
    assert isinstance(mapping, MappingNode)
    key, value = _entry(mapping, steps[0])
    if value is None:
        return _Place(mapping, None, None, tuple(steps))
    if len(steps) == 1:
        return _Place(mapping, key, value, ())
    if isinstance(value, MappingNode) and value.value:
        return _descend(value, steps[1:])
    return _Place(mapping, key, value, tuple(steps[1:]))


def _entry(mapping: MappingNode, name: str) -> tuple[ScalarNode | None, _AnyNode | None]:
    return next(((key, value) for key, value in mapping.value if key.value == name), (None, None))


def _splice(text: str, place: _Place, value: Value) -> _Splice:
    if place.value is None:
        return _added(text, place.mapping, place.missing, value)
    assert place.key is not None
    if place.missing:
        nested = _nested(place.missing, to_yaml(value))
        inside = place.mapping.flow_style or isinstance(place.value, MappingNode)
        return _replaced(text, place, nested) if inside else _below(text, place, value)
    if _same(place.value, value):
        return _Splice(0, 0, "")
    return _replaced(text, place, _quoted(place.value, value))


def _same(node: _AnyNode, value: Value) -> bool:
    if not isinstance(node, ScalarNode) or isinstance(value, list | tuple):
        return False
    if value is None or node.tag == _NULL:
        return value is None and bool(node.tag == _NULL)
    return bool(node.value == (value if isinstance(value, str) else to_yaml(value)))


def _quoted(node: _AnyNode, value: Value) -> str:
    """Return the value as YAML, with the quotes that the setting has now."""
    style = node.style if isinstance(node, ScalarNode) else None
    if isinstance(value, str) and style == "'":
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and style == '"' else to_yaml(value)


def _replaced(text: str, place: _Place, spelling: str) -> _Splice:
    """Return the splice that replaces a value; one over several lines is replaced from its key's colon on."""
    assert place.key is not None
    assert place.value is not None
    end = _end(text, place.value)
    if end == 0 or "\n" in text[place.key.end_mark.index : end]:
        start = text.index(":", place.key.end_mark.index) + 1
        return _Splice(start, max(start, end), f" {spelling}")
    return _Splice(place.value.start_mark.index, end, spelling)


def _below(text: str, place: _Place, value: Value) -> _Splice:
    """Return the splice that writes below a key without a value."""
    assert place.key is not None
    at = _line_end(text, place.key.end_mark.index)
    return _Splice(at, at, _block(text, place.key.start_mark.column + len(_STEP), place.missing, value))


def _added(text: str, mapping: MappingNode, steps: Sequence[str], value: Value) -> _Splice:
    """Return the splice that writes after the last entry of a mapping."""
    if mapping.flow_style:
        end = _end(text, mapping.value[-1][1]) if mapping.value else mapping.start_mark.index + 1
        entry = f"{to_yaml(steps[0])}: {_nested(steps[1:], to_yaml(value))}"
        return _Splice(end, end, f", {entry}" if mapping.value else entry)
    key, last = mapping.value[-1]
    at = _line_end(text, max(_end(text, last), key.end_mark.index))
    return _Splice(at, at, _block(text, mapping.value[0][0].start_mark.column, steps, value))


def _block(text: str, column: int, steps: Sequence[str], value: Value) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    heads = [f"{' ' * column}{_STEP * depth}{to_yaml(step)}:" for depth, step in enumerate(steps)]
    return "".join(f"{newline}{line}" for line in [*heads[:-1], f"{heads[-1]} {to_yaml(value)}"])


def _nested(steps: Sequence[str], spelling: str) -> str:
    for step in reversed(steps):
        spelling = f"{{{to_yaml(step)}: {spelling}}}"
    return spelling


def _end(text: str, node: _AnyNode) -> int:
    """Return where a value ends; blank lines and comments after a block are not part of it."""
    if not isinstance(node, ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(last[0].end_mark.index, _end(text, last[1])) if isinstance(last, tuple) else _end(text, last)
    if not isinstance(node, ScalarNode):
        return int(node.end_mark.index)
    if not node.value and not node.style:
        return 0  # nothing is written
    return len(text[: node.end_mark.index].rstrip()) if node.style in {"|", ">"} else int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    if end < 0:
        return len(text)
    return end - 1 if text[end - 1] == "\r" else end


def _load(text: str, name: str) -> Config:
    report = parse(text.encode(), name)
    if report.config is None:
        raise ConfigError(report.errors)
    return report.config


def _confirm(before: Config, after: Config, brand: str, edits: Mapping[str, Value], *, group: bool, name: str) -> None:
    """Raise an error if anything else has changed."""
    records = {one.name: encode_brand(one) for one in before.brands}
    for change in plan(records, after.by_name()).changes:
        owner = after.by_name()[change.brand].group if group else change.brand
        for edit in change.edits:
            if owner != brand or not any(edit.path == path or edit.path.startswith(f"{path}.") for path in edits):
                raise _error(name, f"writes {change.brand}'s {edit.path} by an alias or merge key: edit it by hand")
    for path, value in edits.items():
        if not group and not _has_value(after, brand, path, value):
            raise _error(name, f"does not take {brand}'s {path} where it would be written: edit it by hand")


def _has_value(config: Config, brand: str, path: str, value: Value) -> bool:
    """Return whether the brand has the value now."""
    found: object = config.by_name()[brand]
    for step in path.split("."):
        found = getattr(found, step, None)
    if isinstance(value, list | tuple):
        return list(value) == list(found) if isinstance(found, list | tuple) else False
    if isinstance(found, timedelta) and isinstance(value, str):
        return True  # as the model read it
    return found == value


def _error(name: str, rule: str) -> ConfigError:
    return ConfigError([Problem(name, 0, 0, "", None, rule)])
