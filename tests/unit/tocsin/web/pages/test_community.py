"""Community page: views, notes kept apart, CSV; nothing where the brand did not ask for it, or for who may not act."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Final

from community.ledger import DAY, Ledger, Written, add
from config.brands.overrides import BrandWithOverrides
from mentions.watchlist.normalise import normalise_handle
from tests.support.web_app import UNTIL, hidden, unheard, web_client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from community.notes import Note
    from tocsin.web.sources.recording import RecordingDataSource

BAD = '=HYPERLINK("x")<script>alert(1)</script>'


class KeptCommunity:
    """Counts of one brand, and notes, in this process."""

    def __init__(self) -> None:
        self.kept: dict[str, Note] = {}
        self.ledger = Ledger()
        for number in range(40):
            author = BAD if number % 2 else "Mira Holt"
            at = UNTIL - 20 * DAY + number // 2 * DAY
            one = Written(number, author, at, 1 if number % 2 == 0 else -1, 40, 0, abusive=False, text=number)
            add(self.ledger, (0, number, 0), [one], frozenset(), 512)

    def ledgers(self, brand: str) -> Sequence[Ledger]:
        """Return the counts."""
        return [self.ledger] if brand == "Hallowfirth" else []

    def notes(self, brand: str) -> Mapping[str, Note]:
        """Return the notes."""
        assert brand == "Hallowfirth"
        return self.kept

    async def write_note(self, brand: str, note: Note) -> None:
        """Keep a note."""
        assert brand == "Hallowfirth"
        self.kept[normalise_handle(note.author)] = note


BRANDS: Final = cache(unheard)


def world(*, enabled: bool) -> RecordingDataSource:
    """Return the brands of the demo, one of which asks for its community."""
    source = copy(BRANDS())
    brand = source.brands()["Hallowfirth"].brand
    settings = brand.community.model_copy(update={"enabled": enabled})
    changed = BrandWithOverrides(brand.model_copy(update={"community": settings}))
    brands = {**source.brands(), "Hallowfirth": changed}
    source.brands = lambda: brands  # type: ignore[method-assign]
    return source


PAGE = "/brands/Hallowfirth/community"


async def test_views_show_counts_and_a_note_stays_beside_them() -> None:
    """The tag and who kept it; texts from outside are escaped."""
    kept = KeptCommunity()
    async with web_client(world(enabled=True), community=kept) as client:
        page = await (await client.get(PAGE)).text()
        assert "Mira Holt" in page
        assert "<script>alert" not in page
        allies = await (await client.get(f"{PAGE}?view=allies&days=90")).text()
        assert "Mira Holt" in allies
        assert "HYPERLINK" not in allies
        form = {"csrf": hidden(page, "csrf"), "author": "Mira Holt", "tag": "ambassador", "text": "met in May"}
        answer = await client.post(PAGE, data=form | {"query": "view=allies&days=90"})
        assert str(answer.url.relative()) == f"{PAGE}?view=allies&days=90"
        assert "Ambassador" in await answer.text()
        french = await (await client.get(PAGE, headers={"Accept-Language": "fr"})).text()
        assert "Ambassadeur" in french
    note = kept.kept["mira holt"]
    assert (note.author, note.tag, note.text) == ("Mira Holt", "ambassador", "met in May")
    assert note.by


async def test_the_csv_is_no_formula() -> None:
    """A spreadsheet opens it without acting on a name."""
    async with web_client(world(enabled=True), community=KeptCommunity()) as client:
        answer = await client.get(f"{PAGE}.csv?view=critics")
        text = await answer.text()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="community-critics-30.csv"'
    assert text.splitlines()[0].endswith("engagement,tag,note")
    assert "'=HYPERLINK" in text
    assert "Mira" not in text


async def test_a_brand_that_did_not_ask_shows_how_to_and_an_unknown_tag_is_refused() -> None:
    """Nothing is computed for it."""
    async with web_client(world(enabled=False), community=KeptCommunity()) as client:
        page = await (await client.get(PAGE)).text()
        assert "community: {enabled: true}" in page
        assert "Mira" not in page
        assert (await client.get("/brands/Nobody/community")).status == 404
    async with web_client(world(enabled=True), community=KeptCommunity()) as client:
        page = await (await client.get(PAGE)).text()
        for author, tag in (("", ""), ("x", "friend")):
            form = {"csrf": hidden(page, "csrf"), "author": author, "tag": tag}
            assert (await client.post(PAGE, data=form)).status == 400


async def test_only_who_may_act_on_the_brand_sees_names() -> None:
    """Through a proxy, others are refused."""
    source = world(enabled=True)
    brand = source.brands()["Hallowfirth"].brand.model_copy(update={"responders": ("U0ANA",)})
    brands = {**source.brands(), "Hallowfirth": BrandWithOverrides(brand)}
    source.brands = lambda: brands  # type: ignore[method-assign]
    kept = KeptCommunity()
    async with web_client(source, community=kept, web_user_header="X-User", web_proxies=["127.0.0.1"]) as client:
        assert (await client.get(PAGE, headers={"X-User": "U0EVE"})).status == 403
        assert (await client.get(PAGE, headers={"X-User": "U0ANA"})).status == 200
