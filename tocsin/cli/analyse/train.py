"""`tocsin train`: trains sentiment weights on labelled texts."""

from __future__ import annotations

import csv
import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentions.sentiment import Scorer
    from mentions.sentiment.training.training import Labelled, TrainedModel


def command(
    files: Annotated[
        list[Path], typer.Argument(help="CSV or JSON Lines with text, label, and optionally lang, brand.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="The file to write the weights to.")] = Path("weights.npz"),
    json: JsonOption = False,
) -> None:
    """Train sentiment weights on a brand's or an agency's own labels, in seconds.

    A label is negative, neutral or positive. The trained weights correct the shipped ones. Prints macro recall before
    and after, by five-fold cross-validation; writes nothing if it does not improve. The file has a version, which each
    score made with it carries.

    Examples:
      tocsin train labels.csv --out acme.npz
      tocsin score --weights acme.npz < mentions.jsonl
    """
    from mentions.sentiment import Scorer  # noqa: PLC0415  slow to load
    from mentions.sentiment.training.training import MIN_LABELS, learn, write  # noqa: PLC0415

    scorer = Scorer()
    examples = [example for path in files for example in _examples(path, scorer)]
    lessons = learn(examples, scorer)
    if not lessons:
        raise CommandError(
            f"{len(examples)} labels in English or French: at least {MIN_LABELS} of a language are needed"
        )
    for lesson in lessons:
        _print_figures(lesson, as_json=json)
    helpful = [lesson for lesson in lessons if lesson.after > lesson.before]
    if not helpful:
        raise CommandError("nothing written: the trained weights would not score better. Give more labels")
    print_status(f"{out}: written, version {write(out, helpful)}; use it with tocsin score --weights")


def _print_figures(lesson: TrainedModel, *, as_json: bool) -> None:
    figures = {"lang": lesson.lang, "labels": lesson.labels, "before": lesson.before, "after": lesson.after}
    if as_json:
        print_json({**figures, "before": round(lesson.before, 4), "after": round(lesson.after, 4)})
    else:
        print_line(
            f"{lesson.lang}: {lesson.labels} labels, macro recall {lesson.before:.1%} before, {lesson.after:.1%} after"
        )


def _examples(path: Path, scorer: Scorer) -> Iterator[Labelled]:
    from mentions.cleaning import clean  # noqa: PLC0415  slow to load
    from mentions.language_names import language_subtag  # noqa: PLC0415
    from mentions.sentiment.training.training import NAMES, Labelled  # noqa: PLC0415
    from mentions.watchlist.brand_terms import BrandTerms  # noqa: PLC0415
    from mentions.watchlist.masking import Mask  # noqa: PLC0415

    for number, row in _rows(path):
        text, label = row.get("text"), str(row.get("label", "")).strip().lower()
        if not isinstance(text, str) or label not in NAMES:
            raise UsageError(f"{path}:{number}: needs text and a label that is one of {', '.join(sorted(NAMES))}")
        text, brand = clean(text), str(row.get("brand") or "")
        if brand:
            text = Mask(BrandTerms(name=brand).names()).apply(text)
        lang = language_subtag(str(row.get("lang") or "")) or scorer.analyse(text).lang
        if lang in {"en", "fr"}:
            yield Labelled(text, lang, label)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    read: Callable[[Any], Iterator[tuple[int, dict[str, Any]]]] = _csv if path.suffix == ".csv" else _json_lines
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            yield from read(lines)
        except (UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{path}: {error}: give UTF-8 CSV with a heading, or JSON Lines") from error


def _csv(lines: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    table = csv.DictReader(lines)
    for row in table:
        yield table.line_num, row


def _json_lines(lines: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = jsonlib.loads(line)
            except jsonlib.JSONDecodeError as error:
                raise UsageError(f"{lines.name}:{number}: not JSON: {error.msg}") from error
            yield number, row if isinstance(row, dict) else {}
