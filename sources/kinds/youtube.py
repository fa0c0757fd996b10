"""YouTube: the comments of a video, or of all videos of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mentions.cleaning import clean
from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, objects, text
from sources.mention_fields import is_count, mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://www.googleapis.com"
"""A request costs one of the 10,000 units that a free key has a day."""

_CHANNEL_ID: Final = 24
"""Characters of a channel's id; a video's has 11, and may begin with UC as well."""


class YouTube:
    """The newest 100 comment threads. The key goes in a header: an address may end up in a log."""

    def __init__(self, settings: SourceSettings, key: str = "") -> None:
        channel = settings.query.startswith("UC") and len(settings.query) == _CHANNEL_ID
        subject = "allThreadsRelatedToChannelId" if channel else "videoId"
        self._url = f"{(settings.url or SERVER).rstrip('/')}/youtube/v3/commentThreads"
        self._params = {"part": "snippet", "order": "time", "maxResults": "100", subject: settings.query}
        self._key = key

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the newest comments, oldest first."""
        del position
        if not self._key:
            raise SourceError("needs a free API key: set TOCSIN_YOUTUBE_KEY", permanent=True)
        answer = (await client.get(self._url, self._params, secrets={"X-Goog-Api-Key": self._key})).json()
        items = [item for thread in objects(answer, "items") if (item := _item(thread)) is not None]
        return Page(items[::-1])


def _item(thread: dict[str, Any]) -> Item | None:
    comment = inside(thread, "snippet", "topLevelComment")
    said = inside(comment, "snippet")
    published, name = instant(said, "publishedAt"), text(comment, "id")
    if published is None or not name:
        return None
    video = text(said, "videoId") or text(thread, "snippet", "videoId")
    return mention(
        name,
        clean(text(said, "textOriginal") or text(said, "textDisplay")),
        published,
        "youtube",
        kind="comment",
        author=text(said, "authorChannelId", "value") or text(said, "authorDisplayName"),
        author_name=text(said, "authorDisplayName"),
        url=f"https://www.youtube.com/watch?v={video}&lc={name}" if video else None,
        thread=video or None,
        engagement=likes if is_count(likes := number(said, "likeCount")) else None,
    )
