# ruff: noqa: ASYNC240  a test waits for nobody
"""Thresholds changed on a page, and the file that comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.brands.edit import diff, set_values
from config.brands.loader import parse
from config.brands.model import Brand, default_brand
from detectors.static_threshold import StaticThreshold
from replay.player.preview import preview
from tests.support.web_app import BRANDS, day, hidden, web_client
from tocsin.web.editor.fields import Field, fields, parse_value, sections, value_text

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.edit import Value
    from tests.support.web_app import Client

PAGE = "/brands/Hallowfirth/thresholds"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a configuration of the test's own."""
    path = tmp_path / "brands.yaml"
    path.write_text(BRANDS, encoding="utf-8")
    return path


async def send(client: Client, **typed: str) -> tuple[int, str]:
    """Fill the form in as it is, but for what is typed, and send it."""
    page = await (await client.get(PAGE)).text()
    form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version")}
    answer = await client.post(PAGE, data=form | {name.replace("__", "."): text for name, text in typed.items()})
    return answer.status, await answer.text()


async def test_saving_writes_what_the_command_line_would_and_shows_its_diff(file: Path) -> None:
    """The file and the diff are, byte for byte, those of the edit that `tocsin tune --write` makes."""
    edits: dict[str, Value] = {
        "detect.volume_spike.peak_ratio": 1.9,
        "detect.sensitivity": "high",
        "alert.cooldown": timedelta(minutes=45),
    }
    after = set_values(BRANDS, "Hallowfirth", edits, name=file.as_posix())
    async with web_client(day(), file) as client:
        status, page = await send(
            client, detect__volume_spike__peak_ratio="1.9", detect__sensitivity="high", alert__cooldown="45m", do="save"
        )
    assert status == 200
    assert file.read_bytes() == after.encode()
    assert "# loud by nature" in after
    shown = page[page.index('<pre id="diff"') : page.index("</pre>")]
    for line in diff(BRANDS, after, file.as_posix()).splitlines():
        assert f">{line}\n</span>" in shown.replace("&#34;", '"'), line
    assert "tocsin config apply" in page


async def test_a_preview_says_what_the_replay_says_and_writes_nothing(file: Path) -> None:
    """The sentence is that of `replay.player.preview`; the file stays as it was."""
    before = parse(BRANDS.encode()).config
    assert before is not None
    today = before.by_name()["Hallowfirth"]
    text = set_values(BRANDS, "Hallowfirth", {"detect.negative_spike.peak_ratio": 100.0})
    after = parse(text.encode()).config
    assert after is not None
    found = preview(today, after.by_name()["Hallowfirth"], day().dataset.records["Hallowfirth"])
    async with web_client(day(), file) as client:
        _, page = await send(client, detect__negative_spike__peak_ratio="100", do="preview")
    assert found.sentence("en") in page
    assert "+" in page[page.index('<pre id="diff"') :]
    assert file.read_text(encoding="utf-8") == BRANDS


LIMIT = "detect: {static_threshold: {negative: 8}}"
INHERITED = BRANDS.replace("brands:", f"defaults:\n  {LIMIT}\nbrands:")
OWN = BRANDS.replace("    detect:\n", "    detect:\n      static_threshold: {negative: 8}  # agreed with the owner\n")


@pytest.mark.parametrize("before", [OWN, INHERITED])
@pytest.mark.parametrize("typed", ["", "none"])
async def test_a_limit_is_taken_out_by_emptying_its_field(file: Path, before: str, typed: str) -> None:
    """Written or inherited, it is none afterwards, by the very edit of the file; the preview is of that, as ever."""
    file.write_text(before, encoding="utf-8")
    after = set_values(before, "Hallowfirth", {"detect.static_threshold.negative": None}, name=file.as_posix())
    rules = [parse(text.encode()).config for text in (before, after)]
    today, then = (one.by_name()["Hallowfirth"] for one in rules if one is not None)
    assert [one.detect.parameters(StaticThreshold).negative for one in (today, then)] == [8, None]
    found = preview(today, then, day().dataset.records["Hallowfirth"])
    async with web_client(day(), file) as client:
        _, page = await send(client, detect__static_threshold__negative=typed, do="preview")
        assert found.sentence("en") in page
        assert "13 min later" in page
        assert file.read_text(encoding="utf-8") == before
        status, page = await send(client, detect__static_threshold__negative=typed, do="save")
        assert status == 200
        assert file.read_text(encoding="utf-8") == after
        shown = page[page.index('<pre id="diff"') : page.index("</pre>")]
        for line in diff(before, after, file.as_posix()).splitlines():
            assert f">{line}\n</span>" in shown, line
        assert 'name="detect.static_threshold.negative" value="" placeholder="none"' in page
        _, page = await send(client, detect__static_threshold__negative=typed, do="save")
        assert "No changes" in page


async def test_the_last_thing_that_can_fire_is_not_taken_out(file: Path) -> None:
    """With every detector off, the last limit has to stay: the file would be wrong without it."""
    others = "".join(f"      {one}: {{enabled: false}}\n" for one in _detectors())
    before = f"brands:\n  - name: Hallowfirth\n    detect:\n      static_threshold: {{negative: 40}}\n{others}"
    file.write_text(before, encoding="utf-8")
    async with web_client(day(), file) as client:
        status, page = await send(client, detect__static_threshold__negative="", do="save")
    assert status == 422
    assert "nothing can ever fire" in page
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("name", "typed", "stated"),
    [
        ("detect__volume_spike__peak_ratio", "-1", "must be ≥ 0.1"),
        ("detect__volume_spike__peak_ratio", "much", "must be a number"),
        ("detect__volume_spike__min_mentions", "2.5", "must be a whole number"),
        ("detect__volume_spike__min_mentions", "", "must be a whole number"),
        ("detect__sensitivity", "wild", "must be one of low, medium, high"),
        ("alert__cooldown", "soon", "must be a duration"),
        ("detect__windows__short", "2h", "must be"),
        ("detect__volume_spike__peak_ratio", "9" * 50, "is too long"),
        ("detect__volume_spike__peak_ratio", "nan", "must be a finite number"),
    ],
)
async def test_what_cannot_be_is_stated_beside_its_field_and_not_written(
    file: Path, name: str, typed: str, stated: str
) -> None:
    """An error names its field, what was typed stays, and the file is not touched."""
    async with web_client(day(), file) as client:
        status, page = await send(client, **{name: typed}, do="save")
    assert status == 422
    own = page[page.index(f'id="{name.replace("__", "-")}-wrong"') :][:200]
    assert stated in own
    assert file.read_text(encoding="utf-8") == BRANDS


async def test_a_file_that_changed_since_is_not_written_over(file: Path) -> None:
    """A save onto a newer file is refused and shows what they had typed."""
    async with web_client(day(), file) as client:
        page = await (await client.get(PAGE)).text()
        form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version"), "do": "save"}
        newer = BRANDS.replace("1.4", "1.6")
        file.write_text(newer, encoding="utf-8")
        answer = await client.post(PAGE, data=form | {"detect.volume_spike.peak_ratio": "1.9"})
        stated = await answer.text()
    assert answer.status == 409
    assert "detect.volume_spike.peak_ratio: 1.9" in stated
    assert 'value="1.6"' in stated
    assert file.read_text(encoding="utf-8") == newer


async def test_a_file_that_is_missing_wrong_or_without_the_brand_says_so(file: Path) -> None:
    """There is a page with the reason, never a form that could not be saved."""
    async with web_client(day(), file.with_name("none.yaml")) as client:
        assert "no configuration file" in await (await client.get(PAGE)).text()
    file.write_text("brands:\n  - name: Other\n", encoding="utf-8")
    async with web_client(day(), file) as client:
        assert "Hallowfirth is not in" in await (await client.get(PAGE)).text()
    file.write_text("brands:\n  - name: Hallowfirth\n    detect: {volume_spike: {peak_ratio: -1}}\n", encoding="utf-8")
    async with web_client(day(), file) as client:
        page = await (await client.get(PAGE)).text()
        assert "peak_ratio" in page
        assert '<form method="post" action="/brands' not in page


async def test_nothing_typed_is_nothing_written(file: Path) -> None:
    """A form sent as it came changes no byte."""
    async with web_client(day(), file) as client:
        _, page = await send(client, detect__volume_spike__peak_ratio="1.4", do="save")
    assert "No changes" in page
    assert file.read_text(encoding="utf-8") == BRANDS


def test_every_setting_is_offered_once_and_reads_back_as_it_is_written() -> None:
    """What the editor shows of a default, it reads as that default."""
    brand = default_brand("x")
    every = [one for section in sections() for one in section.fields]
    assert len({one.path for one in every}) == len(every) == len(fields()) > 40
    for one in every:
        text = value_text(brand, one.path)
        assert text or one.optional, one.path
        assert parse_value(one, text) == _value(brand, one), one.path


def _detectors() -> list[str]:
    return sorted({path.split(".")[1] for path in fields() if path.endswith(".enabled")} - {"static_threshold"})


def _value(brand: Brand, one: Field) -> object:
    found: object = brand
    for step in one.path.split("."):
        found = getattr(found, step)
    return found
