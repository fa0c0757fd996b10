"""Each file of a folder is read once, whole, whatever is put there and whenever the process dies."""

from __future__ import annotations

import gzip
import json
import os
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from sources.folder import file_pages
from sources.folder.inbox import OLD, QUIET
from sources.item import SourceError
from sources.kinds.folder import Folder
from sources.settings import SourceSettings
from tests.support.listening import NOW, CrashError, Kafka, reader
from tests.support.sources_server import client

if TYPE_CHECKING:
    from pathlib import Path

    from sources.item import Page


class Clock:
    """The time in seconds, set by hand: far after the files were made, unless told otherwise."""

    def __init__(self, now: float = NOW / 1000) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return it."""
        return self.now


def settings(path: Path, **given: Any) -> SourceSettings:
    """Return the settings of a folder."""
    return SourceSettings(kind="folder", path=str(path), **given)


def folder(path: Path, clock: Clock | None = None, **given: Any) -> Folder:
    """Return a folder."""
    return Folder(settings(path, **given), clock or Clock(2_000_000_000))


def rows(*texts: str, start: int = 0) -> str:
    """Return mentions as JSON Lines."""
    return "".join(
        json.dumps({"id": str(number), "text": text, "channel": "forum", "published_at": "2026-03-10T14:05:00Z"}) + "\n"
        for number, text in enumerate(texts, start)
    )


async def drain(one: Folder) -> list[Page]:
    """Return what a folder brings until there is nothing more."""
    pages: list[Page] = []
    position: dict[str, Any] = {}
    while True:
        page = await one.fetch(client(), position)
        pages.append(page)
        position = page.position
        if not page.more:
            one.close()
            return pages


def texts(pages: list[Page]) -> list[str]:
    """Return what the mentions say."""
    return [item.mention["text"] for page in pages for item in page.items]


def names(path: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))


async def test_a_file_is_read_and_put_away(tmp_path: Path) -> None:
    """The oldest first; what an export does not say itself is stated at the source."""
    (tmp_path / "b.csv").write_text("nr;body;date\n1;acme est en retard;10/03/2026 09:15\n")
    os.utime(tmp_path / "b.csv", (1, 1))
    (tmp_path / "a.csv").write_text("nr;body;date\n2;acme encore;11/03/2026 09:15\n")
    stated = {
        "columns": {"id": "nr", "text": "body", "published_at": "date", "channel": "=forum"},
        "timezone": "Europe/Paris",
        "date_format": "dd/mm/yyyy",
    }
    pages = await drain(folder(tmp_path, files=stated))

    assert texts(pages) == ["acme est en retard", "acme encore"]
    assert pages[0].items[0].mention["published_at"] == 1_773_130_500_000
    assert names(tmp_path) == ["done", "failed"]
    assert [name for name in names(tmp_path / "done") if name.endswith(".csv")] == ["a.csv", "b.csv"]
    assert names(tmp_path / "failed") == []


async def test_what_cannot_be_read_is_put_away_with_the_reason(tmp_path: Path) -> None:
    """Place and remedy; the files after it are read."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "b.csv").write_text("id,text,channel,published_at\n1,acme,forum,03/04/2026 10:00\n")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(rows("acme", "brio").encode())[:-12])
    (tmp_path / "d.jsonl").write_text(rows("one") + rows("two"))
    (tmp_path / "e.jsonl").write_text("")
    (tmp_path / "f.jsonl").write_text(rows("acme", start=9))
    pages = await drain(folder(tmp_path))

    assert texts(pages) == ["acme"]
    assert names(tmp_path / "done") == ["f.jsonl"]
    reasons = {
        "a.pdf": ("line 1: is a PDF document", "export CSV"),
        "b.csv": ("line 2", "--date-format"),
        "c.jsonl.gz": ("damaged", ""),
        "d.jsonl": ("line 2: the id of each mention", "--map id=url"),
        "e.jsonl": ("is empty", "export it again"),
    }
    assert names(tmp_path / "failed") == sorted([*reasons, *(f"{name}.txt" for name in reasons)])
    for name, found in reasons.items():
        note = (tmp_path / "failed" / f"{name}.txt").read_text()
        assert all(part in note for part in (*found, name, "docs/sources.md")), note
        assert str(tmp_path) not in note
    assert sum(bool(page.notice) for page in pages) == len(reasons)


async def test_rows_that_are_no_mentions_are_listed_beside_the_file(tmp_path: Path) -> None:
    """The others are read."""
    late = json.dumps({"id": "x", "text": "acme", "channel": "forum", "published_at": "2999-01-01T00:00:00Z"})
    (tmp_path / "a.jsonl").write_text(rows("acme") + '{"id": 3}\n' + late + "\n" + rows("brio", start=7))

    assert texts(await drain(folder(tmp_path))) == ["acme", "brio"]
    note = (tmp_path / "done" / "a.jsonl.txt").read_text()
    assert "2 of 4 rows" in note
    assert "line 2: " in note
    assert "line 3: published_at" in note


async def test_a_file_is_taken_once_it_has_come_to_rest(tmp_path: Path) -> None:
    """Not while it grows, nor while a browser still writes it under another name."""
    file = tmp_path / "a.jsonl"
    file.write_text(rows("acme"))
    clock = Clock(file.stat().st_ctime)
    one = folder(tmp_path, clock)
    (tmp_path / "b.jsonl.crdownload").write_text(rows("acme"))
    (tmp_path / ".c.jsonl").write_text(rows("acme"))

    for _ in range(3):
        clock.now += QUIET - 1
        assert not (await one.fetch(client(), {})).more
        with file.open("a") as growing:
            growing.write(rows("brio"))
        os.utime(file, (clock.now, clock.now))
    clock.now += 1
    assert not (await one.fetch(client(), {})).more
    clock.now += QUIET
    assert (await one.fetch(client(), {})).more
    one.close()

    clock.now += OLD
    (tmp_path / "d.jsonl").write_text(rows("acme"))
    os.utime(tmp_path / "d.jsonl", (1, 1))
    clock.now = (tmp_path / "d.jsonl").stat().st_ctime + OLD
    assert (await drain(folder(tmp_path, clock)))[0].more
    assert names(tmp_path) == ["b.jsonl.crdownload", "done", "failed"]


async def test_a_file_that_changes_while_it_is_read_is_put_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows would be read from somewhere in the middle."""
    monkeypatch.setattr(file_pages, "PAGE_ROWS", 2)
    (tmp_path / "a.jsonl").write_text(rows(*"abcdef"))
    one = folder(tmp_path)
    page = await one.fetch(client(), {})
    assert len(page.items) == 2
    with (tmp_path / ".reading" / "a.jsonl").open("a") as held:
        held.write(rows("g"))
    assert "changed while it was read" in (await one.fetch(client(), page.position)).notice
    one.close()

    assert names(tmp_path / "failed") == ["a.jsonl", "a.jsonl.txt"]


async def test_links_pipes_and_folders_lead_nowhere(tmp_path: Path) -> None:
    """A link to a file elsewhere is put away as a link, and what it leads to is not touched."""
    secret = tmp_path / "secret.jsonl"
    secret.write_text(rows("acme secret"))
    inbox = tmp_path / "in"
    (inbox / "sub").mkdir(parents=True)
    (inbox / "a.jsonl").symlink_to(secret)
    (inbox / "b").symlink_to(tmp_path)
    os.mkfifo(inbox / "c.jsonl")
    (inbox / "sub" / "d.jsonl").write_text(rows("acme"))

    assert texts(await drain(folder(inbox))) == []
    assert secret.read_text() == rows("acme secret")
    assert (inbox / "failed" / "a.jsonl").is_symlink()
    assert "links are not followed" in (inbox / "failed" / "a.jsonl.txt").read_text()
    assert "pipe" in (inbox / "failed" / "c.jsonl.txt").read_text()
    assert names(inbox) == ["done", "failed", "sub"]

    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "done").symlink_to(tmp_path)
    with pytest.raises(SourceError, match="link called done"):
        await folder(tmp_path / "x").fetch(client(), {})


@pytest.mark.parametrize(
    "name",
    [
        "-",
        "a\nb.jsonl",
        "\x1b[2J.jsonl",
        "é" * 120 + ".jsonl",
        "x" * 255,
        "; rm -rf *.jsonl",
        "a.b.c.jsonl",
        "=1+1.csv",
    ],
)
async def test_a_hostile_name_is_a_name(tmp_path: Path, name: str) -> None:
    """Read, put away, and shown without what moves a terminal's cursor."""
    for _ in range(2):
        (tmp_path / name).write_text(rows("acme") + "{}\n" if not name.endswith("csv") else "no,thing\n1,2\n")
        pages = await drain(folder(tmp_path))
    put = names(tmp_path / "done") + names(tmp_path / "failed")
    assert len(put) == 4
    assert all(page.notice.isprintable() for page in pages)


async def test_a_name_that_is_no_text_is_read(tmp_path: Path) -> None:
    """File systems allow any bytes."""
    with suppress(OSError):
        (tmp_path / os.fsdecode(b"a\xff.jsonl")).write_text(rows("acme") + "{}\n")
        pages = await drain(folder(tmp_path))
        assert texts(pages) == ["acme"]
        json.dumps([page.position for page in pages]).encode()


async def test_files_of_one_name_do_not_replace_each_other(tmp_path: Path) -> None:
    """The second gets a number before its suffix."""
    for text in ("acme", "brio", "acme again"):
        (tmp_path / "export.tar.jsonl").write_text(rows(text))
        await drain(folder(tmp_path))
    assert names(tmp_path / "done") == ["export (2).tar.jsonl", "export (3).tar.jsonl", "export.tar.jsonl"]


async def test_a_folder_that_is_not_there_or_is_read_by_another_says_so(tmp_path: Path) -> None:
    """And works once it is there, or the other has gone."""
    with pytest.raises(SourceError, match="create"):
        await folder(tmp_path / "none").fetch(client(), {})
    first, second = folder(tmp_path), folder(tmp_path)
    await first.fetch(client(), {})
    with pytest.raises(SourceError, match="another process"):
        await second.fetch(client(), {})
    first.close()
    assert not (await second.fetch(client(), {})).more
    second.close()


async def test_a_look_leaves_all_as_it_is(tmp_path: Path) -> None:
    """`--check` shows what would be read."""
    with pytest.raises(SourceError, match="create"):
        await folder(tmp_path / "none").look(client())
    assert "empty" in (await folder(tmp_path).look(client())).notice
    (tmp_path / "a.jsonl").write_text(rows("acme"))
    assert texts([await folder(tmp_path).look(client())]) == ["acme"]
    (tmp_path / "a.jsonl").write_text("no mention")
    with pytest.raises(SourceError, match=r"holds a\.jsonl"):
        await folder(tmp_path).look(client())
    assert names(tmp_path) == ["a.jsonl"]


@pytest.mark.parametrize("seed", range(12))
async def test_a_process_that_dies_loses_no_row_and_sends_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Between any two effects, again and again: what is sent is what is sent without."""
    monkeypatch.setattr(file_pages, "PAGE_ROWS", 3)
    chance = random.Random(seed)
    said = [chance.choice(["acme", "brio", "neither", "acme and brio"]) for _ in range(24)]
    (tmp_path / "a.jsonl").write_text(rows(*said[:13]))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(rows(*said[13:], start=13).encode()))
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7")
    for number, name in enumerate(("a.jsonl", "b.jsonl.gz", "c.pdf")):
        os.utime(tmp_path / name, (number, number))
    kafka = Kafka(settings(tmp_path).id)
    for kafka.steps in (*(chance.randrange(14) for _ in range(10)), None):
        one = folder(tmp_path)
        with suppress(CrashError):
            await reader(kafka, one, settings=settings(tmp_path)).read_once(client())
        one.close()  # as the system does for a process that has died

    wanted = [(str(n), text, brand) for n, text in enumerate(said) for brand in ("acme", "brio") if brand in text]
    assert kafka.sent == wanted
    assert [names(tmp_path / place) for place in ("done", "failed", ".reading")] == [
        ["a.jsonl", "b.jsonl.gz"],
        ["c.pdf", "c.pdf.txt"],
        [],
    ]
