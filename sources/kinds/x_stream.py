"""Stream of X: all posts of a query as they are written, each of them paid, up to a hard budget."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sources.item import Page, SourceError
from sources.json_fields import inside, objects, text
from sources.kinds.x import FIELDS, SERVER, millionths, read, secrets_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

TAG: Final = "tocsin"
"""Of our rule; rules of others in the same project stay as they are."""

BLOCK: Final = 20
"""Posts that are paid at a time, ahead."""

MARGIN: Final = 10
"""Paid posts that are left when the connection is cut: they pay for what is under way."""

PATIENCE: Final = 60.0
"""Seconds without a sign of life; X sends one every 20."""

_GAP: Final = "was connected anew: posts in between are not heard"


class XStream:
    """The filtered stream. X allows one connection and one project: list one such source."""

    def __init__(self, settings: SourceSettings, token: str = "") -> None:
        self._url = f"{(settings.url or SERVER).rstrip('/')}/2/tweets/search/stream"
        self._rules = f"{self._url}/rules"
        self._query = settings.query
        self._price = millionths(settings.x.euros_per_post)
        self._token = token

    async def stream(self, client: PoliteClient, position: Mapping[str, Any]) -> AsyncGenerator[Page, None]:
        """Yield posts, until the connection ends or the money is used up."""
        secrets = secrets_of(self._token)
        await self._set_rule(client, secrets)
        await client.budget.reserve(BLOCK * self._price)
        paid, last, heard = BLOCK, dict(position), False
        notice = _GAP if position else ""
        try:
            async with aclosing(client.lines(self._url, {"tweet.fields": FIELDS}, secrets, PATIENCE)) as lines:
                async for line in lines:
                    heard = True
                    found = _decoded(line)
                    item = read(inside(found, "data"))
                    if item is not None:
                        paid, last = paid - 1, {"last": item.id}
                    yield Page([] if item is None else [item], last, notice=notice)
                    notice = ""
                    if paid <= MARGIN:
                        await client.budget.reserve(BLOCK * self._price)
                        paid += BLOCK
        except SourceError:
            if not heard:
                client.budget.settle(BLOCK * self._price, 0)
            raise

    async def look(self, client: PoliteClient) -> Page:
        """Ask for the rules, which costs nothing."""
        await client.get(self._rules, secrets=secrets_of(self._token))
        return Page([], notice="takes the token; nothing is read to try it, since each post costs")

    async def _set_rule(self, client: PoliteClient, secrets: Mapping[str, str]) -> None:
        """Make our query the one rule of ours."""
        found = (await client.get(self._rules, secrets=secrets)).json()
        rules = list(objects(found, "data")) if inside(found, "data") is not None else []
        ours = [rule for rule in rules if text(rule, "tag") == TAG]
        gone = [text(rule, "id") for rule in ours if text(rule, "value") != self._query]
        if gone:
            await client.post(self._rules, json={"delete": {"ids": gone}}, secrets=secrets)
        if len(gone) == len(ours):
            answer = await client.post(self._rules, json={"add": [{"value": self._query, "tag": TAG}]}, secrets=secrets)
            self._check(answer.json())

    def _check(self, answer: Any) -> None:
        """See that the rule was taken.

        Raises:
            SourceError: it was not.
        """
        if not isinstance(inside(answer, "errors"), list):
            return
        problem = next(objects(answer, "errors"), {})
        details = inside(problem, "details")
        reason = details[0] if isinstance(details, list) and details else text(problem, "title")
        raise SourceError(f"refuses the rule: {ascii(reason)[:200]}: mend `query`", permanent=True)


def _decoded(line: bytes) -> Any:
    """Return what a line says; None for a sign of life.

    Raises:
        SourceError: it says that the stream ends.
    """
    try:
        found = msgspec.json.decode(line) if line.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(found, dict) and "data" not in found and isinstance(found.get("errors"), list):
        problem = next(objects(found, "errors"), {})
        reason = text(problem, "title") or text(problem, "detail") or "without a reason"
        raise SourceError(f"ended the stream: {ascii(reason)[:200]}")
    return found
