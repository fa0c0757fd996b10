"""The threshold editor in French: every setting has a name, a description, a unit and choices of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.web_app import day, web_client
from tocsin.web.editor.field_texts import sections_in
from tocsin.web.locales import setting_names_fr, settings_fr

if TYPE_CHECKING:
    from pathlib import Path


def test_every_setting_is_described_in_french() -> None:
    """A new one, or a changed English text, asks for its French one here."""
    english, french = sections_in("en"), sections_in("fr")
    for theirs, ours in zip(english, french, strict=True):
        assert bool(theirs.description) == bool(ours.description)
        for before, after in zip(theirs.fields, ours.fields, strict=True):
            assert (before.path, before.choices) == (after.path, after.choices)
            assert after.description == settings_fr.DESCRIPTIONS[before.description]
            assert len(after.choice_names) == len(before.choices)
    labels = [one.label for section in french for one in section.fields]
    assert len(labels) == len(set(labels))


def test_no_french_text_is_left_of_a_setting_that_is_gone() -> None:
    """Each describes a setting or a section."""
    english = sections_in("en")
    known = {section.description for section in english}
    known |= {one.description for section in english for one in section.fields}
    assert settings_fr.DESCRIPTIONS.keys() <= known
    assert setting_names_fr.NAMES.keys() == {
        one.path.rpartition(".")[2] for section in english for one in section.fields
    }


async def test_the_page_is_french_throughout(tmp_path: Path) -> None:
    """What the file holds stays as it is."""
    file = tmp_path / "brands.yaml"
    file.write_text("brands: [{name: Hallowfirth}]\n", encoding="utf-8")
    async with web_client(day(), file) as client:
        page = await (await client.get("/brands/Hallowfirth/thresholds", headers={"Accept-Language": "fr"})).text()
    assert "Sensibilité" in page
    assert '<option value="medium" selected>moyenne</option>' in page
    assert "par défaut moyenne" in page
    assert "a larger value" not in page
