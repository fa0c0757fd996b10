"""Community page of a brand: who writes about it, by view and span, with the notes of people; and the same as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from aiohttp import web

from alerts.rendering.escaping import clean, clip
from community.notes import MAX_TEXT, TAGS, Note
from community.views import VIEWS, rows_of_all
from detectors.model.signal_text import format_number, format_percent
from mentions.watchlist.normalise import normalise_handle
from tocsin.web.access import may
from tocsin.web.http.middleware import SESSION, request_language
from tocsin.web.templating import render_page
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from community.views import Row, View
    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from streams.community.views import CommunityPort
    from tocsin.web.sources.data_source import DataSource

SPANS: Final = (7, 30, 90)
TOP: Final = 100
COLUMNS: Final = ("author", "mentions", "days", "since", "positive", "negative", "abusive", "people", "earned", "note")
DAY: Final = 86_400
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would read as a formula at the beginning of a cell."""


class CommunityPages:
    """The page of each brand; without a community it says how to switch it on. Only who may act on a brand sees it."""

    def __init__(self, source: DataSource, community: CommunityPort | None) -> None:
        self._source = source
        self._community = community

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        path = "/brands/{name}/community"
        return [web.get(path, self.show), web.post(path, self.note), web.get(f"{path}.csv", self.export)]

    async def show(self, request: web.Request) -> web.Response:
        """Show who writes about a brand."""
        brand, language = self._brand(request), request_language(request)
        view, days = _choice(request)
        return render_page(
            "community.html.j2",
            language,
            request[SESSION],
            title=translate(language, "community_of", brand=clean(brand.name)),
            brand=brand.name,
            enabled=brand.community.enabled and self._community is not None,
            off=translate(language, "community_off", brand=clean(brand.name)),
            view=view,
            days=days,
            views=[(one, translate(language, f"view_{_key(one)}"), one == view) for one in VIEWS],
            spans=[(span, translate(language, f"days_{span}"), span == days) for span in SPANS],
            meaning=translate(language, f"meaning_{_key(view)}"),
            columns=[translate(language, f"col_{column}") for column in COLUMNS],
            rows=[self._row(brand, row, language) for row in self._rows(brand, view, days)],
            tags=[("", translate(language, "tag_none")), *((tag, _tag(tag, language)) for tag in TAGS)],
            may_note=True,
        )

    async def note(self, request: web.Request) -> web.Response:
        """Keep a tag and a note about an author, apart from what is computed."""
        brand, form = self._brand(request), await request.post()
        author, tag = str(form.get("author", "")), str(form.get("tag", ""))
        if self._community is None or not normalise_handle(author) or tag not in ("", *TAGS):
            raise web.HTTPBadRequest
        text = clip(clean(str(form.get("text", ""))), MAX_TEXT)
        note = Note(author[:MAX_TEXT], request[SESSION].user, self._source.now(), tag, text)
        await self._community.write_note(brand.name, note)
        query = dict(part.split("=", 1) for part in str(form.get("query", "")).split("&") if "=" in part)
        kept = {name: value for name, value in query.items() if name in ("view", "days")}
        raise web.HTTPSeeOther(f"/brands/{quote(brand.name, safe='')}/community?{urlencode(kept)}")

    async def export(self, request: web.Request) -> web.Response:
        """Return the page's rows as CSV."""
        brand = self._brand(request)
        view, days = _choice(request)
        notes = self._community.notes(brand.name) if self._community else {}
        out = io.StringIO()
        rows = self._rows(brand, view, days)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(rows[0]._fields if rows else ("author",)), "tag", "note"])
        for row in rows:
            kept = notes.get(normalise_handle(row.author))
            cells = row._replace(author=_cell(row.author))._asdict() | {"since": _date(row.since)}
            writer.writerow([*cells.values(), kept.tag if kept else "", _cell(kept.text) if kept else ""])
        name = f"community-{view}-{days}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=out.getvalue(), content_type="text/csv", charset="utf-8", headers=headers)

    def _rows(self, brand: Brand, view: View, days: int) -> list[Row]:
        if self._community is None or not brand.community.enabled:
            return []
        return rows_of_all(self._community.ledgers(brand.name), days, view, TOP)

    def _row(self, brand: Brand, row: Row, language: Language) -> dict[str, Any]:
        kept = self._community.notes(brand.name).get(normalise_handle(row.author)) if self._community else None
        count = format_number(row.mentions, language)
        several = count if row.mentions == row.at_most else f"{count}–{format_number(row.at_most, language)}"
        shares = (format_percent(row.positive, language), format_percent(row.negative, language))
        numbers = (row.abusive, row.people, row.engagement)
        return {
            "name": row.author,
            "author": clean(row.author),
            "cells": [several, row.days, _date(row.since), *shares, *(format_number(one, language) for one in numbers)],
            "label": translate(language, "note_label", author=clean(row.author)),
            "tag_value": kept.tag if kept else "",
            "tag": _tag(kept.tag, language) if kept and kept.tag in TAGS else "",
            "text": clean(kept.text) if kept else "",
            "by": _by(kept, brand, language) if kept else "",
        }

    def _brand(self, request: web.Request) -> Brand:
        configured = self._source.brands().get(request.match_info["name"])
        if configured is None:
            raise web.HTTPNotFound
        if not may(request[SESSION], configured.brand, "act"):
            raise web.HTTPForbidden(text=translate(request_language(request), "not_allowed"))
        return configured.brand


def _choice(request: web.Request) -> tuple[View, int]:
    """Return the view and the span that are asked for."""
    view: View = next((one for one in VIEWS if one == request.query.get("view")), "all")
    return view, next((span for span in SPANS if str(span) == request.query.get("days")), 30)


def _by(note: Note, brand: Brand, language: Language) -> str:
    return translate(language, "note_by", who=clean(note.by), at=format_time(note.at, brand.timezone))


def _key(view: str) -> str:
    return view.replace("-", "_")


def _tag(tag: str, language: Language) -> str:
    return translate(language, f"tag_{tag.replace(' ', '_')}")


def _cell(text: str) -> str:
    """Return text from outside as a cell that no spreadsheet takes for a formula."""
    plain = clean(text)
    return f"'{plain}" if plain.startswith(FORMULA_SIGNS) else plain


def _date(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m-%d}"
