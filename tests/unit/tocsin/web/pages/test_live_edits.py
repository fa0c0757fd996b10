# ruff: noqa: ASYNC240  a test waits for nobody
"""Thresholds that go live from a page: previewed first, undone after, and never one person's over another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.brands.history import ConfigHistory
from config.brands.overrides import BrandWithOverrides
from tests.support.web_app import BRANDS, hidden, unheard, web_client
from tocsin.web.sources.recording import RecordingDataSource

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.model import Brand
    from tests.support.web_app import Client

PAGE = "/brands/Hallowfirth/thresholds"
RATIO = "detect.volume_spike.peak_ratio"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a configuration of the test's own."""
    path = tmp_path / "brands.yaml"
    path.write_text(BRANDS, encoding="utf-8")
    return path


def ratio(world: RecordingDataSource) -> object:
    """Return the peak ratio that is live."""
    return world.brands()["Hallowfirth"].brand.model_dump()["detect"]["volume_spike"]["peak_ratio"]


async def previewed(client: Client, value: str) -> dict[str, str]:
    """Preview a peak ratio; return the form that the page then holds."""
    page = await (await client.get(PAGE)).text()
    form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version"), RATIO: value}
    page = await (await client.post(PAGE, data=form | {"do": "preview"})).text()
    assert "Save and apply" in page
    return form | {"previewed": hidden(page, "previewed"), "do": "apply"}


async def test_a_previewed_change_goes_live_and_back(file: Path) -> None:
    """Applied, it is in the file and in force; undone, both are as they were; and the undo is undone in turn."""
    world = unheard()
    before = ratio(world)
    async with web_client(world, file) as client:
        answer = await client.post(PAGE, data=await previewed(client, "2"))
        page = await answer.text()
        assert (answer.status, answer.url.query_string) == (200, "version=2")
        assert "Live: version 2 by local" in page
        assert "Undo version 2" in page
        assert "not live" not in page
        assert (ratio(world), file.read_text(encoding="utf-8")) == (2.0, BRANDS.replace("1.4", "2"))
        undo = {"csrf": hidden(page, "csrf"), "number": "2"}
        page = await (await client.post(f"{PAGE}/undo", data=undo)).text()
        assert "Live: version 3 by local" in page
        assert "Version 2 is undone" in page
        assert (ratio(world), file.read_text(encoding="utf-8")) == (1.4, BRANDS)
        again = await client.post(f"{PAGE}/undo", data=undo)
        assert again.status == 409
        await client.post(f"{PAGE}/undo", data=undo | {"number": "3"})
        assert ratio(world) == 2.0
    assert [one.undoes for one in ConfigHistory(file).versions()] == [0, 0, 2, 3]
    assert before != 1.4, "the file was not live before"


async def test_what_was_not_previewed_is_previewed_first(file: Path) -> None:
    """Another value typed after the preview, or none at all: nothing is saved, and its own preview is shown."""
    world = unheard()
    async with web_client(world, file) as client:
        form = await previewed(client, "2")
        for given in (form | {RATIO: "3"}, {name: text for name, text in form.items() if name != "previewed"}):
            page = await (await client.post(PAGE, data=given)).text()
            assert "Nothing was saved" in page
            assert hidden(page, "previewed")
    assert file.read_text(encoding="utf-8") == BRANDS


async def test_of_two_people_the_second_is_shown_the_conflict(file: Path) -> None:
    """Both opened the page; the second's save writes nothing, and shows what the first did and what was typed."""
    world = unheard()
    async with web_client(world, file) as client:
        first, second = await previewed(client, "2"), await previewed(client, "3")
        await client.post(PAGE, data=first)
        answer = await client.post(PAGE, data=second)
        page = await answer.text()
        assert answer.status == 409
        assert f"{RATIO}: 3" in page
        assert "The file has changed since you opened this page" in page
    assert ratio(world) == 2.0


async def test_a_change_of_who_may_do_what_is_not_undone_from_a_page(file: Path) -> None:
    """Those who may change thresholds get no more rights by undoing what an editor of texts did."""
    history, without = ConfigHistory(file), BRANDS
    file.write_text(BRANDS.replace("Hallowfirth\n", "Hallowfirth\n    access: {act: [crew]}\n"), encoding="utf-8")
    history.note("", 1)
    history.write(without, file.read_text(encoding="utf-8"), "admin", 2)
    async with web_client(unheard(), file) as client:
        page = await (await client.get(PAGE)).text()
        assert "access.act" in page
        assert "Undo version" not in page
        answer = await client.post(f"{PAGE}/undo", data={"csrf": hidden(page, "csrf"), "number": "2"})
        assert answer.status == 409
    assert file.read_text(encoding="utf-8") == without


class Refusing(RecordingDataSource):
    """A day whose Kafka is down."""

    async def apply(self, brand: Brand) -> None:
        """Fail."""
        raise ConnectionError(brand.name)


async def test_what_kafka_refuses_is_saved_shown_as_not_live_and_applied_later(file: Path) -> None:
    """The page says that nothing is live, and the same change is applied by one button once Kafka is back."""
    known = unheard()
    down = Refusing(known.configured, known.shards, known.dataset)
    async with web_client(down, file) as client:
        answer = await client.post(PAGE, data=await previewed(client, "2"))
        page = await answer.text()
        assert answer.status == 409
        assert "Not live: Kafka did not accept it" in page
        assert "Saved, but not live" in page
        assert "Apply now" in page
    assert file.read_text(encoding="utf-8") == BRANDS.replace("1.4", "2")
    world = unheard()
    async with web_client(world, file) as client:
        page = await (await client.get(PAGE)).text()
        form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version")}
        assert (await client.post(f"{PAGE}/apply", data=form | {"version": "older"})).status == 409
        assert ratio(world) != 2.0
        page = await (await client.post(f"{PAGE}/apply", data=form)).text()
        assert "Saved, but not live" not in page
    assert ratio(world) == 2.0


async def test_a_folder_that_cannot_be_written_leaves_file_and_workers_as_they_are(file: Path) -> None:
    """The diff is there to be taken over by hand."""
    world = unheard()
    file.with_name("brands.yaml.history.jsonl").mkdir()
    async with web_client(world, file) as client:
        page = await (await client.post(PAGE, data=await previewed(client, "2"))).text()
        assert "is not writable here" in page
        assert 'id="diff"' in page
    assert file.read_text(encoding="utf-8") == BRANDS
    assert ratio(world) != 2.0


async def test_who_may_not_configure_sees_no_button_and_is_refused(file: Path) -> None:
    """A proxy's user who is no responder looks on."""
    world = unheard()
    brand = world.configured["Hallowfirth"].brand.model_copy(update={"responders": ("U024BE7LH",)})
    world.configured = {**world.configured, "Hallowfirth": BrandWithOverrides(brand)}
    async with web_client(world, file, web_user_header="X-User", web_proxies="127.0.0.1") as client:
        client.session.headers["X-User"] = "eve@example.com"
        page = await (await client.get(PAGE)).text()
        assert ">Save<" not in page
        assert "Apply now" not in page
        form = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version"), RATIO: "2", "do": "save"}
        for path in (PAGE, f"{PAGE}/apply", f"{PAGE}/undo"):
            assert (await client.post(path, data=form | {"number": "2"})).status == 403
    assert file.read_text(encoding="utf-8") == BRANDS
