"""Each item is told once, an edit as one, in bounded memory, whatever a source shows again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sources.item import Item
from sources.seen import SeenItems

NAMES = st.sampled_from("abcdef")
TEXTS = st.sampled_from(["one", "two", "three"])


def item(name: str, text: str) -> Item:
    """Return an item."""
    return Item({"id": name, "text": text})


PAGES = st.lists(st.lists(st.builds(item, NAMES, TEXTS), max_size=12), max_size=12)


def reported(pages: list[list[Item]], seen: SeenItems, *, fold: bool = False) -> list[tuple[str, str, bool]]:
    """Return what is told of pages, one after the other."""
    heard = []
    for page in pages:
        heard += [(one.id, str(one.mention["text"]), is_edit) for one, is_edit in seen.fresh(page, fold_copies=fold)]
        seen.remember(page)
    return heard


@given(PAGES)
def test_what_is_reported_is_what_changed(pages: list[list[Item]]) -> None:
    """The first text of an id is news, another one an edit, the same one nothing; of a page the last word counts."""
    known: dict[str, str] = {}
    expected = []
    for page in pages:
        for name, text in {one.id: str(one.mention["text"]) for one in page}.items():
            if known.get(name) != text:
                expected.append((name, text, name in known))
            known[name] = text

    assert reported(pages, SeenItems()) == expected


@given(PAGES, st.booleans())
def test_a_page_that_comes_again_tells_nothing(pages: list[list[Item]], fold: bool) -> None:  # noqa: FBT001
    """Not even if it holds an id twice, with two texts."""
    seen = SeenItems()
    reported(pages, seen, fold=fold)

    assert reported(pages[-1:] * 3, seen, fold=fold) == []


@given(st.lists(TEXTS, min_size=1, max_size=8), st.randoms())
def test_ids_that_change_each_time_tell_a_text_once(texts: list[str], chance: object) -> None:
    """Where copies are folded, in whatever order they come."""
    seen, heard = SeenItems(), []
    for call in range(5):
        chance.shuffle(texts)  # type: ignore[attr-defined]
        heard += reported([[item(f"{call}-{place}", text) for place, text in enumerate(texts)]], seen, fold=True)

    assert sorted(text for _, text, _ in heard) == sorted(set(texts))


@given(PAGES, st.integers(1, 6))
def test_a_restart_between_any_two_pages_changes_nothing(pages: list[list[Item]], capacity: int) -> None:
    """What is kept is all that counts."""
    whole, heard = SeenItems(capacity=capacity), []
    expected = reported(pages, whole)
    kept: list[tuple[str, int]] = []
    for page in pages:
        seen = SeenItems(kept, capacity)
        heard += reported([page], seen)
        kept = seen.entries()

    assert heard == expected
    assert kept == whole.entries()


@given(PAGES, st.integers(1, 6))
def test_memory_is_bounded_and_holds_all_that_is_shown(pages: list[list[Item]], capacity: int) -> None:
    """Else what a source still shows would be told again."""
    seen = SeenItems(capacity=capacity)
    for page in pages:
        reported([page], seen)
        names = [name for name, _ in seen.entries()]

        assert len(names) <= max(capacity, len(page))
        assert {one.id for one in page} <= set(names)


def test_remembering_is_what_makes_an_item_known() -> None:
    """Until it is sent it stays news: a failure in between loses nothing."""
    seen = SeenItems()
    page = [item("a", "one")]

    assert seen.fresh(page) == seen.fresh(page) == [(page[0], False)]
