"""`tocsin score`: scores sentiment, language and abuse of texts on standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from tocsin.cli.memory import collect_rarely
from tocsin.cli.output import print_json_lines, print_status, printable
from tocsin.cli.weights import WeightsOption, load_scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mentions.sentiment import Scorer

_CHUNK_BYTES = 1 << 18
"""Most bytes read at once."""

LABELS = {-1: "negative", 0: "neutral", 1: "positive", 2: "unknown"}


class _Input(msgspec.Struct, gc=False):
    text: str
    id: Any = None
    brand: str | None = None
    lang: str | None = None


_decode = msgspec.json.Decoder(_Input).decode


def command(
    weights: WeightsOption = None,
) -> None:
    """Score texts on standard input, one JSON object a line, and print one JSON object a line in the same order.

    Reads {"id", "text"} and optionally "brand" (its name is masked, so that it carries no sentiment of its own) and
    "lang" (else detected). Prints {"id", "lang", "vader", "compound", "label", "abuse"}: `vader` is the compound of
    vaderSentiment in any language, `compound` and `label` are Tocsin's; a text counts as abuse from 0.5.

    A line that cannot be scored is named on standard error and skipped; the exit code is 1 then.

    Examples:
      echo '{"id": 1, "text": "Two hours late and nobody answers."}' | tocsin score
      tocsin score < mentions.jsonl > scores.jsonl
      tocsin score --weights acme.npz < mentions.jsonl
    """
    from mentions.sentiment import BatchVader, Vader  # noqa: PLC0415  slow to load

    collect_rarely()
    score = _build_scoring(load_scorer(weights), BatchVader(Vader()).compounds)
    refused = 0
    for portion in _read_chunks():
        read = []
        for number, line in portion:
            try:
                read.append(_parse(line))
            except ValueError as error:
                refused += 1
                print_status(f"line {number}: {printable(str(error))}")
        print_json_lines(score(read))
        sys.stdout.flush()
    if refused:
        raise typer.Exit(1)


def _read_chunks() -> Iterator[list[tuple[int, bytes]]]:
    """Yield the numbered lines of standard input as they arrive, many at once where many are waiting."""
    number, rest = 0, b""
    while piece := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        *lines, rest = (rest + piece).split(b"\n")
        yield [(place, line) for place, line in enumerate(lines, number + 1) if line.strip()]
        number += len(lines)
    if rest.strip():
        yield [(number + 1, rest)]


def _build_scoring(
    scorer: Scorer, vader: Callable[[list[str]], list[float]]
) -> Callable[[list[_Input]], list[dict[str, Any]]]:
    from mentions.cleaning import clean  # noqa: PLC0415  slow to load
    from mentions.language_names import language_subtag  # noqa: PLC0415
    from mentions.watchlist.brand_terms import BrandTerms  # noqa: PLC0415
    from mentions.watchlist.masking import Mask  # noqa: PLC0415

    masks: dict[str, Mask] = {}

    def masked(text: str, brand: str | None) -> str:
        if not brand:
            return text
        if brand not in masks:
            masks[brand] = Mask(BrandTerms(name=brand).names())
        return masks[brand].apply(text)

    def score(several: list[_Input]) -> list[dict[str, Any]]:
        langs = [language_subtag(given.lang) for given in several]
        texts = [given.text for given in several]
        shown = list(map(clean, texts))
        read = [masked(text, given.brand) for text, given in zip(shown, several, strict=True)]
        readings = scorer.analyse_all(read, langs)
        compounds = [reading.rules for reading in readings]
        rescored = [
            place
            for place, (text, reading) in enumerate(zip(texts, readings, strict=True))
            if reading.lang != "en" or read[place] is not text  # not what VADER has read
        ]
        for place, compound in zip(rescored, vader([texts[place] for place in rescored]), strict=True):
            compounds[place] = compound
        return [
            {
                "id": given.id,
                "lang": reading.lang or lang,
                "vader": compound,
                "compound": reading.compound,
                "label": LABELS[reading.label],
                "abuse": reading.abuse,
            }
            for given, lang, reading, compound in zip(several, langs, readings, compounds, strict=True)
        ]

    return score


def _parse(line: bytes) -> _Input:
    """Return what a line says.

    Raises:
        ValueError: it is no JSON object, or lacks a field, or has one of the wrong type.
    """
    try:
        given = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(_describe_fault(line)) from error
    if given.id is None:
        raise ValueError(_describe_fault(line))
    return given


def _describe_fault(line: bytes) -> str:
    """Return what is wrong with a line, and what to do about it."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"not a JSON object: {error}"
    missing = next((name for name in ("id", "text") if fields.get(name) is None), None)
    if missing == "id":
        return "id is missing: give each line one, a string or a number"
    if missing == "text":
        return "text is missing: give each line one"
    for name in ("text", "brand", "lang"):
        if not isinstance(fields.get(name), str | None):
            return f"{name} is {type(fields[name]).__name__}: give a string"
    return "a field stands there twice: give each once"
