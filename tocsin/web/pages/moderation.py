"""Moderation pages: the queue with its filters, and one item with what can be done about it, by keyboard too."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from aiohttp import web

from alerts.rendering.escaping import clean, clip
from moderation.model import MAX_NOTE, OUTCOMES, Decided, Escalated, Skipped
from moderation.record_factory import build_record
from moderation.refusals import refusal_text
from moderation.statistics import compute_statistics
from tocsin.web.access import may
from tocsin.web.http.middleware import SESSION, request_language
from tocsin.web.pages import moderation_parts as parts
from tocsin.web.templating import render_page
from tocsin.web.text import format_time, translate

if TYPE_CHECKING:
    from config.brands.access import Role
    from moderation.model import AnyRecord, Item
    from streams.moderation.queue_view import ModerationQueue
    from tocsin.web.sources.data_source import DataSource

PAGE: Final = 100
"""Items of the queue that a page lists."""

CONFLICT: Final = 409


class ModerationPages:
    """Pages of the moderation queue; without one they say how to switch it on."""

    def __init__(self, source: DataSource, queue: ModerationQueue | None) -> None:
        self._source = source
        self._moderation = queue

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes."""
        return [
            web.get("/moderation", self.show_queue),
            web.post("/moderation/next", self.claim_next),
            web.get("/moderation/{item}", self.show_item),
            web.post("/moderation/{item}", self.act),
        ]

    async def show_queue(self, request: web.Request) -> web.Response:
        """Show what waits, as the filter has it."""
        language, now = request_language(request), self._source.now()
        queue, wanted = self._moderation.queue if self._moderation else None, parts.read_filter(request.query)
        seen = [item for item in queue.items() if self._may_see(request, item.brand)] if queue else []
        brands = {item.brand for item in seen if item.brand in (wanted.brands or {item.brand})}
        wanted = wanted._replace(brands=brands or {""})  # an empty filter would let every brand through
        items = queue.waiting(now, wanted) if queue else []
        return render_page(
            "moderation.html.j2",
            language,
            request[SESSION],
            title=translate(language, "moderation"),
            enabled=any(brand.brand.moderation.enabled for brand in self._source.brands().values()),
            live=self._moderation is not None,
            rows=[parts.row(item, now, language) for item in items[:PAGE]],
            more=max(0, len(items) - PAGE),
            counts=queue.counts(now, wanted) if queue else {},
            choices=parts.choices(seen, request.query, language),
            query=request.query_string,
            figures=parts.figures(compute_statistics(seen), language) if queue else [],
        )

    async def claim_next(self, request: web.Request) -> web.Response:
        """Claim the next item for who asks, and show it."""
        return await self._go_on(request, str((await request.post()).get("query", "")))

    async def show_item(self, request: web.Request) -> web.Response:
        """Show an item."""
        return self._item_page(request, self._item(request))

    async def act(self, request: web.Request) -> web.Response:
        """Do what a button says; after a decision or a skip, go on to the next item."""
        item, form, language = self._item(request), await request.post(), request_language(request)
        if not self._may_decide(request, item.brand):
            raise web.HTTPForbidden(text=translate(language, "not_allowed"))
        try:
            record = self._record(request, str(form.get("do", "")), item.id, str(form.get("note", "")))
        except KeyError:
            raise web.HTTPBadRequest from None
        assert self._moderation is not None
        refusal = await self._moderation.submit(record)
        if refusal:
            changed = self._moderation.queue.get(item.id) or item
            why = refusal_text(refusal, language)
            return self._item_page(request, changed, translate(language, "moderation_refused", why=why), CONFLICT)
        if isinstance(record, Decided | Skipped | Escalated):
            return await self._go_on(request, str(form.get("query", "")), done=item.id)
        raise web.HTTPSeeOther(f"/moderation/{item.id}")

    async def _go_on(self, request: web.Request, query: str, done: str = "") -> web.Response:
        if self._moderation is None:
            raise web.HTTPNotFound
        given, user = parts.filter_query(query), request[SESSION].user
        wanted = parts.read_filter(given)
        chosen = wanted.brands or self._moderation.queue.brands()
        allowed = [name for name in chosen if self._may_decide(request, name)]
        for _ in range(PAGE):  # another person may be faster, again and again
            now = self._source.now()
            found = self._moderation.queue.next_for(user, now, wanted._replace(brands=allowed)) if allowed else None
            if found is None or (found.id == done and user in found.skipped_by):
                break
            if not await self._moderation.submit(self._record(request, "claim", found.id)):
                raise web.HTTPSeeOther(_address(f"/moderation/{found.id}", given | ({"done": done} if done else {})))
        raise web.HTTPSeeOther(_address("/moderation", given))

    def _record(self, request: web.Request, action: str, item: str, note: str = "") -> AnyRecord:
        """Return the record of what a user does.

        Raises:
            KeyError: no page offers such an action.
        """
        key, said = f"web:{secrets.token_hex(12)}", clip(clean(note), MAX_NOTE)
        return build_record(action, key, item, request[SESSION].user, self._source.now(), said)

    def _may_decide(self, request: web.Request, brand: str) -> bool:
        """Return whether a user may act on a brand's items; where it is watched no longer, anybody who may see them."""
        return self._has(request, brand, "act")

    def _may_see(self, request: web.Request, brand: str) -> bool:
        return self._has(request, brand, "view")

    def _has(self, request: web.Request, brand: str, role: Role) -> bool:
        configured, session = self._source.brands().get(brand), request[SESSION]
        return session.method != "oidc" if configured is None else may(session, configured.brand, role)

    def _item(self, request: web.Request) -> Item:
        item = self._moderation.queue.get(request.match_info["item"]) if self._moderation else None
        if item is None or not self._may_see(request, item.brand):
            raise web.HTTPNotFound
        return item

    def _item_page(self, request: web.Request, item: Item, notice: str = "", status: int = 200) -> web.Response:
        language, now, user = request_language(request), self._source.now(), request[SESSION].user
        brand = self._source.brands().get(item.brand)
        zone = brand.brand.timezone if brand else "UTC"
        holder = item.holder(now)
        return render_page(
            "moderation_item.html.j2",
            language,
            request[SESSION],
            status,
            title=f"{translate(language, 'moderation')}: {clean(item.brand)}",
            item=item,
            row=parts.row(item, now, language),
            parts_of_text=list(parts.marked_text(item)),
            findings=[(parts.policy_label(one.policy, language), one.severity) for one in item.findings],
            posts=parts.posts(item, zone),
            history=parts.history(item, zone, language),
            mine=holder == user,
            holder=clean(holder),
            due=format_time(item.due_at, zone),
            outcomes=OUTCOMES,
            notice=notice,
            done=request.query.get("done", ""),
            query=urlencode(parts.filter_query(request.query_string)),
            claimable=_is_claimable(item, user, holder),
        )


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _is_claimable(item: Item, user: str, holder: str) -> bool:
    return item.state in ("open", "claimed", "escalated") and holder in ("", user) and item.escalated_by != user
