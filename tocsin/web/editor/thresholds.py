"""How are a brand's thresholds changed from a page? Try, look at the change, write it into the file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from alerts.rendering.escaping import clean
from config.brands.loader import parse
from tocsin.web.editor.config_file import Draft, draft, open_sheet, save
from tocsin.web.editor.fields import fields, sections, written
from tocsin.web.editor.preview import Trial
from tocsin.web.http.middleware import SESSION, language_of
from tocsin.web.pages.overview import row
from tocsin.web.sources.base import may_act
from tocsin.web.templating import page
from tocsin.web.text import clock, say

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.model import Brand
    from tocsin.web.editor.config_file import Sheet
    from tocsin.web.sources.base import World

log = structlog.get_logger(__name__)

WRONG: Final = 422
STALE: Final = 409


class Thresholds:
    """The editor of one configuration file."""

    def __init__(self, world: World, path: Path | None) -> None:
        self._world = world
        self._path = path
        self._trial = Trial(world)
        self._writing = asyncio.Lock()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return what serves it."""
        return [
            web.get("/brands/{name}/thresholds", self.show),
            web.post("/brands/{name}/thresholds", self.take),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Show the settings as the file has them."""
        sheet, brand, why = await self._read(request)
        return self._page(request, sheet, brand, why=why)

    async def take(self, request: web.Request) -> web.Response:
        """Try what was typed, or write it."""
        sheet, brand, why = await self._read(request)
        if sheet is None or brand is None:
            return self._page(request, sheet, brand, why=why, status=STALE)
        form, language = await request.post(), language_of(request)
        typed = {path: str(form[path]) for path in fields() if path in form}
        if form.get("mark") != sheet.mark:
            yours = [(path, text) for path, text in typed.items() if text.strip() != written(brand, path)]
            return self._page(request, sheet, brand, notice=say(language, "stale"), yours=yours, status=STALE)
        made = await asyncio.to_thread(draft, sheet, brand, typed, language)
        if made.wrong or not made.edits:
            notice = "" if made.wrong else say(language, "nothing_changed")
            return self._page(request, sheet, brand, made, notice=notice, status=WRONG if made.wrong else 200)
        if form.get("do") == "save":
            return await self._save(request, sheet, brand, made)
        proposed = await asyncio.to_thread(_proposed, made, brand.name, sheet.name)
        said = await self._trial.said(brand, proposed, language)
        return self._page(request, sheet, brand, made, preview=said)

    async def _save(self, request: web.Request, sheet: Sheet, brand: Brand, made: Draft) -> web.Response:
        language, session = language_of(request), request[SESSION]
        if not may_act(brand, session.who, session.by):
            raise web.HTTPForbidden(text=say(language, "not_yours"))
        assert self._path is not None
        async with self._writing:
            if open_sheet(self._path).mark != sheet.mark:
                return self._page(request, sheet, brand, made, notice=say(language, "stale"), status=STALE)
            try:
                save(self._path, made.text)
            except OSError as error:
                log.warning("the configuration could not be written", file=sheet.name, why=str(error))
                return self._page(request, sheet, brand, made, notice=say(language, "unwritable", file=sheet.name))
        log.info("thresholds were changed", brand=brand.name, who=session.who, settings=sorted(made.edits))
        fresh, now, _ = await self._read(request)
        done = Draft({}, diff=made.diff)
        return self._page(request, fresh, now, done, notice=say(language, "saved", file=sheet.name), saved=True)

    async def _read(self, request: web.Request) -> tuple[Sheet | None, Brand | None, str]:
        """Return the file, the brand in it, and why there is none."""
        name, language = request.match_info["name"], language_of(request)
        if name not in self._world.brands():
            raise web.HTTPNotFound
        if self._path is None or not self._path.is_file():
            return None, None, say(language, "no_file")
        sheet = await asyncio.to_thread(open_sheet, self._path)
        brand = sheet.brand(name)
        if sheet.config is None:
            return sheet, None, say(language, "file_wrong", file=sheet.name)
        return sheet, brand, "" if brand else say(language, "not_in_file", brand=clean(name), file=sheet.name)

    def _page(
        self,
        request: web.Request,
        sheet: Sheet | None,
        brand: Brand | None,
        made: Draft | None = None,
        status: int = 200,
        **said: Any,
    ) -> web.Response:
        language = language_of(request)
        governed = self._world.brands()[request.match_info["name"]]
        made = made or Draft({})
        shown = row(self._world, governed, language)
        values = {path: made.typed.get(path, written(brand, path)) for path in fields()} if brand else {}
        today = {path: written(brand, path) for path in fields()} if brand else {}
        defaults: dict[str, Any] = {"why": "", "notice": "", "preview": "", "yours": [], "saved": False}
        return page(
            "thresholds.html.j2",
            language,
            request[SESSION],
            status,
            title=f"{say(language, 'thresholds')}: {shown.shown}",
            row=shown,
            world=self._world,
            now=clock(self._world.now()),
            sheet=sheet,
            sections=sections(),
            values=values,
            today=today,
            made=made,
            overrides=governed.overrides,
            **{**defaults, **said},
        )


def _proposed(made: Draft, brand: str, name: str) -> Brand:
    config = parse(made.text.encode(), name).config
    assert config is not None, "a draft without errors is a right file"
    return config.named()[brand]
