"""Threshold page of a brand: preview a change, see its diff, write it to the file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from alerts.rendering.escaping import clean
from config.brands.history import StaleError
from config.brands.loader import parse
from detectors.model.signal_text import format_number
from replay.player.preview_cache import PREVIEW_DAYS
from replay.player.threshold_preview import ThresholdPreview
from tocsin.web.access import may, sees_all, shown_diff
from tocsin.web.editor.config_file import PendingChange, build_change, read_config_file
from tocsin.web.editor.field_texts import sections_in
from tocsin.web.editor.fields import fields, value_text
from tocsin.web.http.middleware import SESSION, request_language
from tocsin.web.pages.live_edits import LiveEdits
from tocsin.web.pages.overview import brand_row
from tocsin.web.templating import render_page
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.model import Brand
    from detectors.model.signal_text import Language
    from tocsin.web.editor.config_file import ConfigFile
    from tocsin.web.sources.data_source import DataSource

log = structlog.get_logger(__name__)

UNPROCESSABLE: Final = 422
CONFLICT: Final = 409

PREVIEW_WARM_UP_DAYS: Final = 7
"""Days before those of the preview that teach the baseline."""


class ThresholdEditor:
    """Threshold pages over one configuration file."""

    def __init__(self, source: DataSource, path: Path | None) -> None:
        self._source = source
        self._path = path
        self._preview = ThresholdPreview(
            lambda name, since, until: source.read_scored(name, since, until + 1), source.now, PREVIEW_WARM_UP_DAYS
        )
        self._edits = None if path is None else LiveEdits(source, path)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [
            web.get("/brands/{name}/thresholds", self.show),
            web.post("/brands/{name}/thresholds", self.submit),
            web.post("/brands/{name}/thresholds/apply", self.apply_saved),
            web.post("/brands/{name}/thresholds/undo", self.undo),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Show the settings as the file has them, and what was changed before."""
        file, brand, why = await self._read(request)
        return await self._page(request, file, brand, why=why)

    async def submit(self, request: web.Request) -> web.Response:
        """Preview a change, save it, or save and apply it."""
        file, brand, why = await self._read(request)
        if file is None or brand is None:
            return await self._page(request, file, brand, why=why, status=CONFLICT)
        form, language = await request.post(), request_language(request)
        typed = {path: str(form[path]) for path in fields() if path in form}
        if form.get("version") != file.version:
            yours = [(path, text) for path, text in typed.items() if text.strip() != value_text(brand, path)]
            return await self._page(
                request, file, brand, notice=translate(language, "stale"), yours=yours, status=CONFLICT
            )
        change = await asyncio.to_thread(build_change, file, brand, typed, language)
        if change.error_count or not change.edits:
            notice = "" if change.error_count else translate(language, "nothing_changed")
            return await self._page(
                request, file, brand, change, notice=notice, status=UNPROCESSABLE if change.error_count else 200
            )
        if form.get("do") == "save" or (form.get("do") == "apply" and form.get("previewed") == change.version):
            return await self._save(request, file, brand, change, apply=form.get("do") == "apply")
        proposed = await asyncio.to_thread(_proposed_brand, change, brand.name, file.name)
        preview = await self._preview_text(brand, proposed, language)
        notice = translate(language, "preview_first") if form.get("do") == "apply" else ""
        return await self._page(request, file, brand, change, preview=preview, notice=notice)

    async def apply_saved(self, request: web.Request) -> web.Response:
        """Put in force what the file has."""
        file, brand, why = await self._read(request)
        if file is None or brand is None:
            return await self._page(request, file, brand, why=why, status=CONFLICT)
        edits, language, form = self._editable(request, brand), request_language(request), await request.post()
        if form.get("version") != file.version:
            notice = translate(language, "stale")
            return await self._page(request, file, brand, notice=notice, status=CONFLICT)
        failed = await edits.apply(brand, request[SESSION], language)
        notice = failed or translate(language, "applied", brand=clean(brand.name))
        return await self._page(request, file, brand, notice=notice, status=CONFLICT if failed else 200)

    async def undo(self, request: web.Request) -> web.Response:
        """Take back what a version changed of the brand, by another version, and put that in force."""
        file, brand, why = await self._read(request)
        if brand is None:
            return await self._page(request, file, brand, why=why, status=CONFLICT)
        edits, language = self._editable(request, brand), request_language(request)
        number = str((await request.post()).get("number", ""))
        if not (number.isascii() and number.isdigit()):
            raise web.HTTPBadRequest
        failed, version = await edits.undo(int(number), brand.name, request[SESSION], language)
        if version and not failed:
            return web.Response(status=303, headers={"Location": f"{_address(brand.name)}?version={version}"})
        fresh, now, _ = await self._read(request)
        return await self._page(request, fresh, now, notice=failed, status=CONFLICT)

    async def _preview_text(self, brand: Brand, proposed: Brand, language: Language) -> str:
        """Return in one sentence what `proposed` would have done in place of `brand`."""
        found = await self._preview.compute(brand, proposed)
        if found is None:
            return translate(language, "preview_failed")
        if not found.mentions:
            return translate(language, "preview_empty", days=PREVIEW_DAYS)
        sentence, count = found.sentence(language, ZoneInfo(brand.timezone)), format_number(found.mentions, language)
        return translate(language, "preview_result", days=PREVIEW_DAYS, count=count, sentence=sentence)

    async def _save(
        self, request: web.Request, file: ConfigFile, brand: Brand, change: PendingChange, *, apply: bool
    ) -> web.Response:
        language, session, edits = request_language(request), request[SESSION], self._editable(request, brand)
        try:
            version = await edits.write(change.text, file.text, session)
        except StaleError:
            return await self._page(request, file, brand, change, notice=translate(language, "stale"), status=CONFLICT)
        except OSError as error:
            log.warning("configuration not written", file=file.name, reason=str(error))
            notice = translate(language, "unwritable", file=file.name)
            return await self._page(request, file, brand, change, notice=notice)
        fresh, now, _ = await self._read(request)
        if apply and now is not None:
            failed = await edits.apply(now, session, language)
            if not failed:
                return web.Response(
                    status=303, headers={"Location": f"{_address(brand.name)}?version={version.number}"}
                )
            return await self._page(request, fresh, now, notice=failed, status=CONFLICT)
        done, notice = PendingChange({}, diff=change.diff), translate(language, "saved", file=file.name)
        return await self._page(request, fresh, now, done, notice=notice, saved=True)

    def _editable(self, request: web.Request, brand: Brand) -> LiveEdits:
        """Return the edits of the file, for one who may make them."""
        if not may(request[SESSION], self._source.brands()[brand.name].brand, "configure"):
            raise web.HTTPForbidden(text=translate(request_language(request), "not_allowed_to_configure"))
        assert self._edits is not None, "a brand is read from the file"
        return self._edits

    async def _read(self, request: web.Request) -> tuple[ConfigFile | None, Brand | None, str]:
        """Return the file, the brand in it, and why either is missing."""
        name, language = request.match_info["name"], request_language(request)
        if name not in self._source.brands():
            raise web.HTTPNotFound
        if self._path is None or not self._path.is_file():
            return None, None, translate(language, "no_file")
        file = await asyncio.to_thread(read_config_file, self._path)
        brand = file.brand(name)
        if file.config is None:
            return file, None, translate(language, "file_wrong", file=file.name)
        return file, brand, "" if brand else translate(language, "not_in_file", brand=clean(name), file=file.name)

    async def _page(
        self,
        request: web.Request,
        file: ConfigFile | None,
        brand: Brand | None,
        change: PendingChange | None = None,
        status: int = 200,
        **overrides: Any,
    ) -> web.Response:
        language = request_language(request)
        configured = self._source.brands()[request.match_info["name"]]
        change = change or PendingChange({})
        shown = brand_row(self._source, configured, language)
        values = {path: change.typed.get(path, value_text(brand, path)) for path in fields()} if brand else {}
        today = {path: value_text(brand, path) for path in fields()} if brand else {}
        defaults: dict[str, Any] = {"why": "", "notice": "", "preview": "", "yours": [], "saved": False}
        whole = sees_all(request[SESSION], self._source.brands())
        rows = await asyncio.to_thread(self._edits.rows, brand, language, whole=whole) if brand and self._edits else []
        number = request.query.get("version", "") if request.method == "GET" else ""
        return render_page(
            "thresholds.html.j2",
            language,
            request[SESSION],
            status,
            title=f"{translate(language, 'thresholds')}: {shown.title}",
            row=shown,
            source=self._source,
            now=format_time(self._source.now()),
            file=file,
            sections=sections_in(language),
            values=values,
            today=today,
            change=change,
            shown=shown_diff(change.diff, whole=whole),
            problems=file.problems if file and whole else (),
            overrides=configured.overrides,
            waiting=self._edits.waiting(brand) if brand and self._edits else (),
            versions=rows,
            latest=next((one for one in rows if str(one.number) == number), None),
            configurable=brand is not None and may(request[SESSION], configured.brand, "configure"),
            **{**defaults, **overrides},
        )


def _address(brand: str) -> str:
    return f"/brands/{quote(brand, safe='')}/thresholds"


def _proposed_brand(change: PendingChange, brand: str, name: str) -> Brand:
    config = parse(change.text.encode(), name).config
    assert config is not None, "a draft without errors is a right file"
    return config.by_name()[brand]
