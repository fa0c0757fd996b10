"""Commands, code blocks and links of the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK: Final = re.compile(r"(?m)(?:^<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.DOTALL)
_LINK: Final = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING: Final = re.compile(r"(?m)^#+ (.*)$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its lines, and how it is marked: `run: kafka`, `not run: why`, or nothing."""

    mark: str
    language: str
    body: str


def name_of(document: Path) -> str:
    """Return the document's path from the root of the project."""
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path, language: str) -> list[Block]:
    """Return the document's fenced blocks in this language."""
    found = _BLOCK.finditer(document.read_text(encoding="utf-8"))
    return [Block(one["mark"] or "", one["language"], one["body"]) for one in found if one["language"] == language]


def links(document: Path) -> list[str]:
    """Return where the document's links and images point."""
    return [found["target"] for found in _LINK.finditer(document.read_text(encoding="utf-8"))]


def anchors(document: Path) -> set[str]:
    """Return the anchors of the document's headings, as code hosts make them."""
    headings = _HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(document: Path) -> list[str]:
    """Return what the document names as code that begins with `tocsin` or `make`: in the text, in blocks, indented."""
    text = document.read_text(encoding="utf-8")
    inline = re.findall(r"`((?:tocsin|make)(?: [^`\n]+)?)`", text)
    lines = re.findall(r"(?m)^(?:    |\$ )?((?:[A-Z_]+=\S+ )*(?:tocsin|make) [^\n]+)$", text)
    return [re.sub(r"^(?:[A-Z_]+=\S+ )+", "", command).split("  #")[0].strip() for command in inline + lines]
