"""Stack Exchange: questions and answers that hold some words, on one of its sites."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from mentions.cleaning import clean
from sources.item import Item, Page
from sources.json_fields import MORE, inside, instant, number, objects, text
from sources.mention_fields import mention
from sources.refusals import MAX_RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://api.stackexchange.com"
OVERLAP: Final = 3_600
"""Seconds that are read again each time."""

_OWN_DOMAINS: Final = {"stackoverflow", "serverfault", "superuser", "askubuntu", "stackapps"}


class StackExchange:
    """Search by excerpts, newest first. Its `backoff` is obeyed: it blocks who does not."""

    def __init__(
        self,
        settings: SourceSettings,
        key: str = "",
        clock: Callable[[], float] = time.time,  # noqa: TID251  the default of what takes a clock
    ) -> None:
        self._url = f"{(settings.url or SERVER).rstrip('/')}/2.3/search/excerpts"
        self._params = {"site": settings.site, "q": settings.query, "sort": "creation", "order": "desc"}
        self._params |= {"pagesize": "100"} | ({"key": key} if key else {})
        self._site = settings.site
        self._host = host_of(settings.site)
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return what was written since the last post and an hour before."""
        last = int(position.get("last", 0))
        since = {"fromdate": str(last - OVERLAP)} if last else {}
        answer = (await client.get(self._url, self._params | since)).json()
        items = [item for post in objects(answer, "items") if (item := self._item(post)) is not None]
        newest = max([last, *(item.mention["published_at"] // 1000 for item in items)])
        wait = min(float(number(answer, "backoff") or 0), MAX_RETRY_AFTER)
        notice = MORE if last and inside(answer, "has_more") is True else ""
        return Page(items[::-1], {"last": min(newest, int(self._clock()))}, wait=wait, notice=notice)

    def _item(self, post: dict[str, Any]) -> Item | None:
        published = instant(post, "creation_date")
        question, answer = number(post, "question_id"), number(post, "answer_id")
        if published is None or question is None:
            return None
        title, body = clean(text(post, "title")), clean(text(post, "body") or text(post, "excerpt"))
        name, path = (f"a{answer}", f"a/{answer}") if answer else (f"q{question}", f"q/{question}")
        return mention(
            name,
            f"{title}\n{body}".strip(),
            published,
            self._site,
            kind="comment" if answer else "post",
            title=title,
            author=text(inside(post, "owner"), "display_name"),
            url=f"https://{self._host}/{path}",
            reply_to=f"q{question}" if answer else None,
            thread=f"q{question}",
        )


def host_of(site: str) -> str:
    """Return the host of a site that the API knows by a short name.

    >>> host_of("stackoverflow"), host_of("unix"), host_of("ru.stackoverflow"), host_of("mathoverflow.net")
    ('stackoverflow.com', 'unix.stackexchange.com', 'ru.stackoverflow.com', 'mathoverflow.net')
    """
    if site.endswith((".com", ".net")):
        return site
    return f"{site}.com" if site.rpartition(".")[2] in _OWN_DOMAINS else f"{site}.stackexchange.com"
