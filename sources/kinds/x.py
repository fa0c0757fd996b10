"""X: posts are counted, which is cheap, and bought only when there are far more than usual."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sources.budget import EURO
from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, objects, text
from sources.mention_fields import is_count, mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sources.client import PoliteClient, Response
    from sources.settings import SourceSettings

SERVER: Final = "https://api.x.com"
FIELDS: Final = "created_at,author_id,conversation_id,lang,public_metrics,referenced_tweets,edit_history_tweet_ids"
"""What is asked of a post. Not its author's profile, which costs twice as much as the post."""

WINDOW: Final = 15
"""Minutes in which posts are counted."""

HISTORY: Final = 24 * 60
"""Minutes before, which say what is usual."""

LEAST_POSTS: Final = 10
"""Posts of a window that are never a break, and those of the smallest purchase."""

TIMES: Final = 3.0
DEVIATIONS: Final = 5.0
_MAD: Final = 1.4826  # median absolute deviations in a standard deviation
_SETTLED: Final = timedelta(seconds=30)
_SINCE_DAYS: Final = 6
"""Days after which a post's id is too old to search from; X takes seven."""

_MAX_MINUTES: Final = 2 * HISTORY


class Break(NamedTuple):
    """Posts of the last window, against the usual ones."""

    observed: int
    usual: float
    threshold: float

    @property
    def is_one(self) -> bool:
        """Return whether there are so many that posts are bought."""
        return self.observed >= self.threshold


def judge(counts: Sequence[int]) -> Break:
    """Return what the last 15 of the minutes' counts are worth against the day before.

    A break is three times the median of the windows before, and five robust deviations above it, and ten posts at
    least. The median makes a break of up to twelve hours no part of the usual.

    >>> judge([1] * 60 + [4] * 15).is_one, judge([1] * 60 + [2] * 15).is_one
    (True, False)
    """
    before = [sum(counts[end - WINDOW : end]) for end in range(len(counts) - WINDOW, WINDOW - 1, -WINDOW)]
    usual = median(before) if before else 0.0
    spread = _MAD * median(abs(one - usual) for one in before) if before else 0.0
    return Break(sum(counts[-WINDOW:]), usual, max(LEAST_POSTS, TIMES * usual, usual + DEVIATIONS * spread))


class X:
    """Counts the posts of a query at each look, and buys the latest of them in a break.

    Money is reserved, and that is kept, before each request; what the answer did not cost is given back.
    """

    def __init__(self, settings: SourceSettings, token: str = "", clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        self._base = (settings.url or SERVER).rstrip("/")
        self._query = settings.query
        self._prices = settings.x
        self._token = token
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the posts that were bought; none in usual times."""
        secrets = secrets_of(self._token)
        end = datetime.fromtimestamp(self._clock(), UTC) - _SETTLED
        end = end.replace(second=0, microsecond=0)
        found = judge(await self._counts(client, secrets, end))
        if not found.is_one:
            return Page([], dict(position))
        bought = await self._buy(client, secrets, position, end)
        items = [item for post in reversed(bought) if (item := read(post)) is not None]
        items.sort(key=lambda item: int(item.mention["published_at"]))
        newest = max((text(post, "id") for post in bought), key=lambda name: (len(name), name), default="")
        at = {"since": newest, "at": int(self._clock())} if newest else dict(position)
        counted = f"has {found.observed} posts in {WINDOW} min, usually {found.usual:g}: bought {len(bought)} of them"
        return Page(items, at, notice=counted if bought else "")

    async def look(self, client: PoliteClient) -> Page:
        """Ask how much of its credit was used, which costs nothing: no post is counted or bought."""
        answer = (await client.get(f"{self._base}/2/usage/tweets", secrets=secrets_of(self._token))).json()
        used, most = text(answer, "data", "project_usage"), text(answer, "data", "project_cap")
        known = f": {used[:20]} of {most[:20]} posts used" if used and most else ""
        return Page([], notice=f"takes the token{known}; nothing is counted or bought to try it")

    async def _counts(self, client: PoliteClient, secrets: Mapping[str, str], end: datetime) -> list[int]:
        """Return how many posts there were in each minute of the last day, oldest first."""
        start = end - timedelta(minutes=HISTORY + WINDOW)
        params = {"query": self._query, "granularity": "minute", "start_time": iso(start), "end_time": iso(end)}
        cost = millionths(self._prices.euros_per_count)
        answer = await self._paid(client, "/2/tweets/counts/recent", params, secrets, cost)
        rows = list(objects(answer.json(), "data", most=_MAX_MINUTES))
        rows.sort(key=lambda row: instant(row, "start") or 0)
        return [counted if is_count(counted := number(row, "tweet_count")) else 0 for row in rows]  # type: ignore[misc]

    async def _buy(
        self, client: PoliteClient, secrets: Mapping[str, str], position: Mapping[str, Any], end: datetime
    ) -> list[dict[str, Any]]:
        """Return the latest posts, as many as the budget pays for."""
        price = millionths(self._prices.euros_per_post)
        left = client.budget.left("euros")
        affordable = self._prices.posts if left is None or not price else left // price
        most = max(LEAST_POSTS, min(self._prices.posts, affordable))
        params = {"query": self._query, "max_results": str(most), "tweet.fields": FIELDS, "sort_order": "recency"}
        fresh = self._clock() - float(position.get("at", 0)) < _SINCE_DAYS * 86_400
        if fresh and position.get("since"):
            params["since_id"] = str(position["since"])
        else:
            params["start_time"] = iso(end - timedelta(minutes=WINDOW))
        answer = await self._paid(client, "/2/tweets/search/recent", params, secrets, most * price)
        found = answer.json()
        posts = list(objects(found, "data")) if inside(found, "data") is not None else []  # without posts, no list
        client.budget.settle(most * price, min(most, len(posts)) * price)
        return posts

    async def _paid(
        self, client: PoliteClient, path: str, params: Mapping[str, str], secrets: Mapping[str, str], cost: int
    ) -> Response:
        """Return the answer to a request that costs something; a refusal costs nothing."""
        await client.budget.reserve(cost)
        try:
            return await client.get(f"{self._base}{path}", params, secrets=secrets)
        except SourceError as error:
            if error.status:
                client.budget.settle(cost, 0)
            raise


def secrets_of(token: str) -> dict[str, str]:
    """Return the headers that show the token.

    Raises:
        SourceError: there is none.
    """
    if not token:
        raise SourceError("needs the bearer token of an app on X: set TOCSIN_X_TOKEN", permanent=True)
    return {"Authorization": f"Bearer {token}"}


def read(post: Any) -> Item | None:
    """Return a post as an item; an edit has the id of the first version, so that it replaces its text."""
    name, published = text(post, "id"), instant(post, "created_at")
    if not name or published is None:
        return None
    versions = inside(post, "edit_history_tweet_ids")
    first = versions[0] if isinstance(versions, list) and versions and isinstance(versions[0], str) else name
    related = inside(post, "referenced_tweets")
    kinds = {
        text(one, "type"): text(one, "id") for one in (related if isinstance(related, list) else []) if one is not None
    }
    metrics = [number(post, "public_metrics", key) for key in ("like_count", "retweet_count", "reply_count")]
    return mention(
        first,
        text(post, "text"),
        published,
        "x",
        kind="comment" if "replied_to" in kinds else "repost" if "retweeted" in kinds else "post",
        author=text(post, "author_id"),
        url=f"https://x.com/i/status/{name}" if name.isdigit() else None,
        lang=None if text(post, "lang") in {"", "und"} else text(post, "lang"),
        reply_to=kinds.get("replied_to") or None,
        thread=text(post, "conversation_id") or None,
        engagement=sum(one for one in metrics if one is not None and is_count(one)) or None,
    )


def iso(moment: datetime) -> str:
    """Return an instant as X reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def millionths(euros: float) -> int:
    """Return a price in millionths of a euro, rounded up."""
    return -int(-euros * EURO // 1)
