"""Labels of past incidents: read from a file, taken from the verdicts given in Slack, merged and checked."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

import msgspec
from ruamel.yaml import YAML

from alerts.incidents.model import Verdict
from config.error_messages import nearest
from config.errors import ConfigError, Problem, redact, shown
from config.yaml import parser

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from alerts.incidents.model import Action, Incident
    from config.yaml.nodes import Node

KINDS: Final[tuple[Verdict, ...]] = get_args(Verdict)
KEYS: Final = ("brand", "onset", "visible_from", "end", "kind", "note")
VERDICTS: Final = "verdicts"
"""Stands for the file of a label that a person gave in Slack."""

_LONGEST: Final = 500
REQUIRED: Final = ("brand", "onset", "end")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Label(msgspec.Struct, frozen=True):
    """A labelled incident of a brand, from onset to end. Instants in ms."""

    brand: str
    onset: int
    end: int
    kind: Verdict = "crisis"
    note: str = ""
    visible_from: int | None = None  # when it could first be seen in the mentions; None: from the onset on
    incident: str = ""  # whose verdict it is; "" where a file says it
    line: int = 0

    @property
    def visible(self) -> int:
        """Return the instant from which detection delay counts (ms)."""
        return self.onset if self.visible_from is None else self.visible_from

    @property
    def is_crisis(self) -> bool:
        """Return whether it should have been paged."""
        return self.kind == "crisis"

    def record(self) -> dict[str, str]:
        """Return the label as a file holds it; absent values are left out."""
        seen = {} if self.visible_from is None else {"visible_from": iso(self.visible_from)}
        note = {"note": self.note} if self.note else {}
        return {"brand": self.brand, "onset": iso(self.onset), **seen, "end": iso(self.end), "kind": self.kind, **note}

    def __str__(self) -> str:
        """Return `Halden, 2026-03-02 10:15 (crisis)`."""
        return f"{self.brand}, {iso(self.onset)[:16].replace('T', ' ')} ({self.kind})"


class Merged(NamedTuple):
    """All labels in order of onset, and their problems."""

    labels: list[Label]
    problems: list[Problem]


def iso(at: int) -> str:
    """Return an instant (ms) as a file writes it: `2026-03-02T10:15:00Z`."""
    return datetime.fromtimestamp(at // 1000, UTC).isoformat().replace("+00:00", "Z")


def read(raw: bytes, name: str = "incidents.yaml") -> list[Label]:
    """Return the labels of an incidents.yaml.

    Raises:
        ConfigError: it names every error with line and column.
    """
    try:
        found = parser.parse(raw, name)
    except ConfigError as error:
        raise ConfigError(_reworded(problem) for problem in error.problems) from None
    problems = list(found.problems)
    entries = found.root.fields.get("incidents")
    for key, node in found.root.fields.items():
        if key != "incidents" and not key.startswith("x-"):
            problems.append(_problem(name, node, "is no known key: the labels stand under `incidents:`"))
    if entries is None or not isinstance(entries.value, list):
        problems.append(_problem(name, entries or found.root, "needs a list under `incidents:`"))
    labels = [label for node in entries.items if (label := _label(name, node, problems))] if entries else []
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    return labels


def labels_from_verdicts(incidents: Iterable[Incident], actions: Iterable[Action] = ()) -> list[Label]:
    """Return a label for each incident with a verdict; `actions` give the notes.

    Its onset is when Tocsin first saw it: the real one may be earlier, and is for a person to write into the file.
    """
    notes = {one.incident: one.text for one in actions if one.kind == "verdict" and one.incident}
    labels = []
    for one in incidents:
        if one.verdict is not None and not one.kind:  # a source that brings nothing tells nothing of a mood
            first = min([one.opened_at, *(entry.at for entry in one.history[:1])])
            end = one.resolved_at if one.resolved_at is not None else one.updated_at
            note = _clean(notes.get(one.id, ""))
            labels.append(Label(one.brand, first, max(end, first + 1), one.verdict, note, incident=one.id))
    return sorted(labels, key=lambda label: (label.onset, label.brand))


def merge(written: Sequence[Label], judged: Sequence[Label], file: str = "incidents.yaml") -> Merged:
    """Return the labels of file and verdicts merged; a verdict on a labelled incident confirms it.

    A verdict that says otherwise is a problem, and the file's word stands.
    """
    labels, problems = list(written), []
    for verdict in judged:
        rivals = [label for label in written if _overlap(label, verdict)]
        for rival in rivals:
            if rival.kind != verdict.kind:
                rule = f"is {rival.kind} here, but {verdict.incident} was judged {verdict.kind} in Slack: change one"
                problems.append(Problem(file, rival.line, 1, "", shown(rival.brand), rule))
        if not rivals:
            labels.append(verdict)
    return Merged(sorted(labels, key=lambda label: (label.onset, label.brand)), problems)


def check(labels: Sequence[Label], brands: Collection[str] = (), file: str = "incidents.yaml") -> list[Problem]:
    """Return labels of unknown brands (unchecked without `brands`) and labels that overlap."""
    problems = [_unknown(label, brands, file) for label in labels if brands and label.brand not in brands]
    for place, label in enumerate(labels):
        for other in labels[:place]:
            if _overlap(label, other):
                where = f"line {other.line}" if other.line else other.incident
                rule = f"overlaps {where}: one incident gets one label, join them or shorten one"
                problems.append(Problem(_place(label, file), label.line, 1 if label.line else 0, "", str(label), rule))
    return problems


def to_yaml(labels: Iterable[Label]) -> str:
    """Return the labels as an incidents.yaml."""
    out = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"incidents": [label.record() for label in labels]}, out)
    return out.getvalue()


def to_csv(labels: Iterable[Label]) -> str:
    """Return the labels as CSV; texts that a spreadsheet would take for a formula get a leading apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, KEYS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _harmless(text) for key, text in label.record().items()} for label in labels)
    return out.getvalue()


def _clean(text: str) -> str:
    """Return a reason as typed in Slack in a form that a file of labels may hold."""
    shown_text = "".join(char if char.isprintable() else " " for char in redact(text)[:_LONGEST])
    return shown_text.replace("${", "$ {").replace("$(", "$ (").strip()


def _label(name: str, node: Node, problems: list[Problem]) -> Label | None:
    before = len(problems)
    if not isinstance(node.value, dict):
        problems.append(_problem(name, node, f"must be a mapping with the keys {', '.join(KEYS)}"))
        return None
    for key, child in node.fields.items():
        if key not in KEYS:
            close = nearest(key, KEYS)
            problems.append(_problem(name, child, f'is no known key: did you mean "{close}"?' if close else _KNOWN))
    problems += [_problem(name, node, f"lacks `{key}:`") for key in REQUIRED if key not in node.fields]
    values = dict(_values(name, node, problems))
    if len(problems) > before:
        return None
    label = msgspec.convert({**values, "line": node.line}, Label)
    if label.end <= label.onset:
        problems.append(_problem(name, node.fields["end"], "is not after the onset: swap them, or correct one"))
    elif not label.onset <= label.visible < label.end:
        problems.append(_problem(name, node.fields["visible_from"], "must lie between onset and end"))
    return label


def _values(name: str, node: Node, problems: list[Problem]) -> Iterator[tuple[str, object]]:
    readers: dict[str, Callable[[str], object]] = {"kind": _kind, "brand": str, "note": str}
    for key, child in node.fields.items():
        if key in KEYS:
            try:
                yield key, readers.get(key, _instant)(_text(child))
            except ValueError as error:
                problems.append(_problem(name, child, str(error)))


_KNOWN: Final = f"is no known key: {', '.join(KEYS)}"


def _text(node: Node) -> str:
    if not isinstance(node.value, str) or not node.value.strip():
        raise ValueError("must be text: put it in quotes")
    return node.value


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return text


def _instant(text: str) -> int:
    """Return an instant (ms); without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an instant such as 2026-03-02T10:15:00Z") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _overlap(one: Label, other: Label) -> bool:
    return one.brand == other.brand and one.onset < other.end and other.onset < one.end


def _unknown(label: Label, brands: Collection[str], file: str) -> Problem:
    close = nearest(label.brand, brands)
    remedy = f'did you mean "{close}"?' if close else "add it to the brands, or remove the label"
    line = label.line
    return Problem(_place(label, file), line, 1 if line else 0, "", shown(label.brand), f"is not watched: {remedy}")


def _place(label: Label, file: str) -> str:
    return file if label.line else f"{VERDICTS} {label.incident}"


def _problem(name: str, node: Node, rule: str) -> Problem:
    value = None if isinstance(node.value, dict | list) else shown(node.value)
    return Problem(name, node.line, node.column, node.path, value, rule)


def _reworded(problem: Problem) -> Problem:
    """Say what this kind of file begins with, not what a brands.yaml does."""
    if "brands" not in problem.rule:
        return problem
    rule = "must begin with `incidents:` and a list of labels (see docs/tuning.md)"
    return Problem(problem.file, problem.line, problem.column, problem.path, problem.value, rule)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
