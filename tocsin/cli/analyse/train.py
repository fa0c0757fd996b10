"""`tocsin train`: trains sentiment weights on labelled texts."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.file_options import with_file_options
from tocsin.cli.file_reading import FileReading
from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.errors import CommandError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.readers.fields.field_map import Target
    from mentions.readers.position import Line
    from mentions.sentiment import Scorer
    from mentions.sentiment.training.training import Labelled, TrainedModel


def _target() -> Target:
    from mentions.readers.fields.field_map import Target  # noqa: PLC0415  slow to load

    return Target(("text", "label", "lang", "brand"), ("text", "label"), "a labelled text")


@with_file_options(target=_target)
def command(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, Excel, JSON Lines or JSON with text, label, and optionally lang, brand.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="The file to write the weights to.")] = Path("weights.npz"),
    json: JsonOption = False,
    reading: FileReading,
) -> None:
    """Train sentiment weights on a brand's or an agency's own labels, in seconds.

    A label is negative, neutral or positive, or, for the score of abuse, acceptable or abusive: decisions of moderation
    are such labels (`tocsin moderation labels`). The trained weights correct the shipped ones. Prints macro recall
    before and after, by five-fold cross-validation; writes nothing if it does not improve. The file has a version,
    which each score made with it carries.

    Examples:
      tocsin train labels.csv --out acme.npz
      tocsin train reviews.xlsx --map text=Review,label=Sentiment --out acme.npz
      tocsin score --weights acme.npz < mentions.jsonl
      tocsin train labels.jsonl --out acme.npz --json
    """
    from mentions.sentiment import Scorer  # noqa: PLC0415  slow to load
    from mentions.sentiment.training.training import MIN_LABELS, learn, write  # noqa: PLC0415

    scorer = Scorer()
    examples = [example for path in files for example in _examples(path, reading, scorer)]
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
    from mentions.sentiment.training.training import ABUSE_NAMES  # noqa: PLC0415  slow to load

    subject = "abuse" if lesson.names == ABUSE_NAMES else "sentiment"
    figures = {"lang": lesson.lang, "subject": subject, "labels": lesson.labels}
    figures |= {"before": lesson.before, "after": lesson.after}
    if as_json:
        print_json({**figures, "before": round(lesson.before, 4), "after": round(lesson.after, 4)})
    else:
        counted = f"{lesson.lang}, {subject}: {lesson.labels} labels"
        print_line(f"{counted}, macro recall {lesson.before:.1%} before, {lesson.after:.1%} after")


def _examples(path: Path, reading: FileReading, scorer: Scorer) -> Iterator[Labelled]:
    from mentions.cleaning import clean  # noqa: PLC0415  slow to load
    from mentions.language_names import language_subtag  # noqa: PLC0415
    from mentions.sentiment.training.training import ABUSE_NAMES, NAMES, Labelled  # noqa: PLC0415
    from mentions.watchlist.brand_terms import BrandTerms  # noqa: PLC0415
    from mentions.watchlist.masking import Mask  # noqa: PLC0415

    for number, row in _rows(path, reading):
        text, label = row.get("text"), str(row.get("label", "")).strip().lower()
        if not isinstance(text, str) or label not in (*NAMES, *ABUSE_NAMES):
            known = ", ".join((*sorted(NAMES), *ABUSE_NAMES))
            raise UsageError(f"{path}:{number}: needs text and a label that is one of {known}")
        text, brand = clean(text), str(row.get("brand") or "")
        if brand:
            text = Mask(BrandTerms(name=brand).names()).apply(text)
        lang = language_subtag(str(row.get("lang") or "")) or scorer.analyse(text).lang
        if lang in {"en", "fr"}:
            yield Labelled(text, lang, label)


def _rows(path: Path, reading: FileReading) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the fields of each row or object, with its line.

    Raises:
        UsageError: one is no row or object; the message names file and line.
    """
    from mentions.readers.position import Line, RejectedLine  # noqa: PLC0415  slow to load

    for found in reading.fields(str(path), _target()):
        if isinstance(found, RejectedLine):
            raise UsageError(f"{printable(str(path))}:{found.number}: {printable('; '.join(found.reasons))}")
        yield found.number, _parse(path, found) if isinstance(found, Line) else dict(found.fields)


def _parse(path: Path, found: Line) -> dict[str, Any]:
    try:
        row = jsonlib.loads(found.raw)
    except ValueError as error:
        reason = "is not UTF-8: state --encoding" if isinstance(error, UnicodeDecodeError) else f"not JSON: {error}"
        raise UsageError(f"{printable(str(path))}:{found.number}: {reason}") from error
    return row if isinstance(row, dict) else {}
