"""Tests of the documents: links resolve, commands exist, shell blocks run, examples are valid."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from config.brands.loader import parse
from mentions.model.mention import Mention
from tests.support.docs import DOCUMENTS, ROOT, anchors, blocks, commands, links, name_of
from tocsin.cli.commands import COMMANDS, load_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.brokers import Broker

TARGETS = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8")))
DATED = {"CHANGELOG.md"}  # says what was, not what is

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@every_document
def test_links_resolve(document: Path) -> None:
    """Each link to a file of the project leads to a file that is there, and to a heading that is in it."""
    for target in links(document):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@every_document
def test_named_commands_exist(document: Path) -> None:
    """Each `make` target and `tocsin` subcommand that a document names exists, with each option that it gives."""
    for command in commands(document):
        words = command.split()
        if words[0] == "make":
            targets = {word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word)}
            assert targets <= set(TARGETS), command
        elif words[1:] and re.fullmatch(r"[a-z-]+", words[1]) and not words[1].startswith("--"):
            _check_command(command, words[1:])


def _check_command(command: str, words: list[str]) -> None:
    assert words[0] in COMMANDS, command
    found: Any = load_command(words[0])
    for word in words[1:]:
        if word in getattr(found, "commands", {}):
            found = found.commands[word]
    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)} | {
        "--help",
        "-h",
    }
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    assert given <= known, command


@every_document
def test_shell_blocks_run_or_say_why_not(document: Path) -> None:
    """Each shell block is marked with what it needs in order to run, or with why it is not run."""
    for block in blocks(document, "sh"):
        assert re.fullmatch(r"run: (nothing|kafka)|not run: .+", block.mark), block.body


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if "run: kafka" in one.read_text("utf-8")], ids=name_of)
def test_shell_blocks_do_what_they_say(document: Path, kafka: Broker, tmp_path: Path) -> None:
    """The shell blocks of a document, typed one after the other beside a broker, all succeed."""
    environment = _shell(tmp_path) | {"TOCSIN_BROKERS": kafka.bootstrap, "TOCSIN_PREFIX": f"{tmp_path.name}."}
    script = "\n".join(
        ["set -eux", "tocsin topics create", *(b.body for b in blocks(document, "sh") if b.mark.startswith("run: "))]
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def _shell(folder: Path) -> dict[str, str]:
    """Return an environment in which `tocsin` and `python` are this project's, beside copies of its data files."""
    for name in ("config/brands.yaml",):
        (folder / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, folder / name)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, arguments in (("tocsin", "-P -m tocsin "), ("python", "")):
        (bin_folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments}"$@"\n')
        (bin_folder / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    path = os.pathsep.join([str(bin_folder), kept["PATH"]])
    return kept | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "TOCSIN_PARTITIONS": "4"}


@every_document
def test_brand_examples_are_valid(document: Path) -> None:
    """Each YAML example with brands in it is a configuration without errors."""
    for block in blocks(document, "yaml"):
        if "brands:" in block.body:
            assert parse(block.body.encode()).errors == (), block.body


@every_document
def test_mention_examples_are_valid(document: Path) -> None:
    """Each JSON example with a mention's fields in it is a mention, or several of them."""
    for block in blocks(document, "json"):
        if "published_at" in block.body:
            for value in _values(block.body):
                assert Mention.model_validate(value).extra == {}


def _values(text: str) -> Iterator[Any]:
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        yield value
        rest = rest[end:].strip()


def test_every_decision_is_listed() -> None:
    """Each decision record has a row in the architecture page, and the four parts of one."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for record in sorted((ROOT / "docs" / "adr").glob("*.md")):
        assert f"(adr/{record.name})" in page
        text = record.read_text(encoding="utf-8")
        assert all(f"**{part}" in text for part in ("Context", "Decision", "Consequences", "Measured"))


def test_every_topic_is_documented() -> None:
    """The architecture page names each topic that people meet, and how long it is kept."""
    from streams.kafka.topics import Topics  # noqa: PLC0415

    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for topic in Topics().all():
        if "changelog" not in topic.name:
            row = re.search(rf"(?m)^\| `{re.escape(topic.name)}` \|.*$", page)
            assert row is not None, topic.name
            assert (
                "compacted" in row[0]
                if topic.compacted
                else topic.retention and f"{topic.retention.days} days" in row[0]
            )
