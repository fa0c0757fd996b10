"""`tocsin config match`: which texts are about which brand, by what, and which nearly are."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from tocsin.cli.options import JsonOption
from tocsin.cli.output import print_json, print_line, print_status, printable
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.watchlist.explain import MatchReason

SHOWN: Final = 100  # characters of a text


def match(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Texts, or mentions as JSON, one a line; - reads stdin.")],
    *,
    config: Annotated[Path, typer.Option(help="The brands.")] = Path("config/brands.yaml"),
    json: JsonOption = False,
) -> None:
    """Show which texts are about which brand, by which words, and what was missing where they nearly are.

    Nothing is sent. Try keywords, queries, exclusions and context here before `tocsin config apply`.

    Examples:
      tocsin config match posts.txt
      tocsin config match - --config config/brands.yaml --json
    """
    from config.brands.loader import load  # noqa: PLC0415  pydantic and YAML are slow to load
    from mentions.watchlist.explain import MatchExplainer  # noqa: PLC0415

    if not config.exists():
        raise UsageError(f"{printable(str(config))}: no such file: name the brands with --config")
    brands = load(config, warn=lambda problem: print_status(printable(str(problem)))).brands
    explainer = MatchExplainer([brand.brand_terms(0) for brand in brands])
    texts = matched = 0
    for text in _texts(file):
        reasons = explainer.explain(text)
        texts += 1
        matched += any(reason.matched for reason in reasons)
        if json:
            print_json({"text": text, "brands": [msgspec.to_builtins(reason) for reason in reasons]})
        else:
            _print(text, reasons)
    print_status(f"{texts} text{'' if texts == 1 else 's'}, {matched} about a brand")


def _texts(file: str) -> Iterator[str]:
    """Yield the texts of a file, one a line; of a line of JSON its `title` and `text`."""
    try:
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            for raw in lines:
                line = raw.decode(errors="replace").strip("\r\n")
                if line.strip():
                    yield _text_of(line) if line.lstrip().startswith("{") else line
    except OSError as error:
        raise UsageError(f"{printable(file)}: {error.strerror}") from error


def _text_of(line: str) -> str:
    try:
        fields = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return line
    if not isinstance(fields, dict) or "text" not in fields:
        return line
    title, text = str(fields.get("title") or ""), str(fields["text"])
    return text if not title or text.startswith(title) else f"{title} {text}".strip()


def _print(text: str, reasons: list[MatchReason]) -> None:
    shown = printable(text)
    print_line(shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…")
    for reason in reasons:
        by = printable(", ".join(f"“{word}”" for word in reason.found))
        name = printable(reason.brand)
        if reason.matched:
            print_line(f"  {name}: {by}")
        else:
            print_line(f"  not {name}: {printable(reason.reason)}{f' (found {by})' if by else ''}")
    if not reasons:
        print_line("  nobody's")
