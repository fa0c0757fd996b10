"""Registry of the kinds of sources: a new one is its module and one line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sources.kinds.app_store import AppStore
from sources.kinds.app_store_connect import NO_KEY, AppStoreConnect, ConnectKey
from sources.kinds.bluesky import Bluesky
from sources.kinds.discourse import Discourse
from sources.kinds.feed import Feed
from sources.kinds.folder import Folder
from sources.kinds.google_play import GooglePlay
from sources.kinds.hacker_news import HackerNews
from sources.kinds.lemmy import Lemmy
from sources.kinds.mastodon import Mastodon
from sources.kinds.stack_exchange import StackExchange
from sources.kinds.x import X
from sources.kinds.x_stream import XStream
from sources.kinds.youtube import YouTube

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.protocol import PolledSource, StreamedSource
    from sources.settings import Kind, SourceSettings


@dataclass(frozen=True)
class Tokens:
    """What some sources want to be shown. None of it is in a `repr`."""

    mastodon: str = ""
    stack_exchange: str = ""
    youtube: str = ""
    x: str = ""
    google_play: str = ""
    app_store_connect: ConnectKey = NO_KEY

    def __repr__(self) -> str:
        return "Tokens(…)"


_KINDS: Final[Mapping[Kind, Callable[[SourceSettings, Tokens], PolledSource | StreamedSource]]] = {
    "feed": lambda settings, _: Feed(settings),
    "bluesky": lambda settings, _: Bluesky(settings),
    "mastodon": lambda settings, tokens: Mastodon(settings, tokens.mastodon),
    "hacker-news": lambda settings, _: HackerNews(settings),
    "stack-exchange": lambda settings, tokens: StackExchange(settings, tokens.stack_exchange),
    "discourse": lambda settings, _: Discourse(settings),
    "lemmy": lambda settings, _: Lemmy(settings),
    "youtube": lambda settings, tokens: YouTube(settings, tokens.youtube),
    "app-store": lambda settings, _: AppStore(settings),
    "google-play": lambda settings, tokens: GooglePlay(settings, tokens.google_play),
    "app-store-connect": lambda settings, tokens: AppStoreConnect(settings, tokens.app_store_connect),
    "folder": lambda settings, _: Folder(settings),
    "x": lambda settings, tokens: (XStream if settings.x.listen == "stream" else X)(settings, tokens.x),
}


def source(settings: SourceSettings, tokens: Tokens) -> PolledSource | StreamedSource:
    """Return the source that the settings describe."""
    return _KINDS[settings.kind](settings, tokens)
