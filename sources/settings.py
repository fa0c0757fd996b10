"""Settings of a source, as a brand, a group or the organisation lists them under `sources`."""

from __future__ import annotations

import posixpath
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from detectors.model.duration import Duration
from sources.budget import Limits
from sources.budget_settings import DailyBudget, MonthlyBudget, XSettings
from sources.file_settings import FileSettings

Kind = Literal[
    "feed",
    "bluesky",
    "mastodon",
    "hacker-news",
    "stack-exchange",
    "discourse",
    "lemmy",
    "youtube",
    "app-store",
    "google-play",
    "app-store-connect",
    "folder",
    "x",
]

WhenStopped = Literal["off", "info", "warning"]
WHEN_STOPPED: Final[tuple[WhenStopped, ...]] = ("off", "info", "warning")
"""What a source that stopped is worth, rising."""

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "feed": ("url",),
    "bluesky": (),
    "mastodon": ("url", "query"),
    "hacker-news": ("query",),
    "stack-exchange": ("site", "query"),
    "discourse": ("url",),
    "lemmy": ("url", "query"),
    "youtube": ("query",),
    "app-store": ("query",),
    "google-play": ("query",),
    "app-store-connect": ("query",),
    "folder": ("path",),
    "x": ("query",),
}
_MEANING: Final[dict[str, str]] = {
    "url": "the address to read, such as https://forum.example.com",
    "mastodon.query": "a hashtag without #",
    "youtube.query": "a video's id, or a channel's (UC…)",
    "google-play.query": "the app's package name, such as com.example.bank",
    "app-store-connect.query": "the app's Apple ID, a number",
    "x.query": "a query of X's search, such as hallowfirth -is:retweet",
    "app-store.query": "the app's number, as in its address after /id",
    "query": "the words to search for",
    "path": "the folder that people put files into, such as /srv/tocsin/imports",
    "site": "a site of Stack Exchange, such as stackoverflow",
}
FOLDER_INTERVAL: Final = 2.0
"""Seconds between two looks into a folder."""

_SCHEMES: Final[dict[str, tuple[str, ...]]] = {"bluesky": ("wss", "ws")}


class SourceSettings(BaseModel):
    """One source: where to read, how often, and which of what it brings is about the brand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field(description="What is read there. [feed, bluesky, mastodon, …]")
    url: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description="Address of the feed, forum or server; bluesky: of another Jetstream."
    )
    query: Annotated[str, Field(max_length=500)] = Field(
        default="",
        description="What is asked for: a hashtag (mastodon), words (hacker-news, stack-exchange, lemmy), a video or "
        "channel (youtube), an app's number or package (app-store, app-store-connect, google-play), a query (x).",
    )
    site: Annotated[str, Field(pattern=r"^[a-z0-9.-]*$", max_length=80)] = Field(
        default="", description="A site of Stack Exchange, such as stackoverflow."
    )
    country: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = Field(
        default="us", description="Store of app-store, by its country's two letters."
    )
    path: Annotated[str, Field(max_length=1_000)] = Field(
        default="", description="A folder that files are put into; seen from where the listener runs. [folder]"
    )
    files: FileSettings = Field(default=FileSettings(), description="What the files of a folder do not say themselves.")
    x: XSettings = Field(default=XSettings(), description="How X is heard, and at what price.")
    about: Literal["keywords", "brand"] = Field(
        default="keywords",
        description="keywords: what names the brand by its keywords is taken. brand: all that the source brings is "
        "about the brand, such as the reviews of its own app. [keywords or brand]",
    )
    every: Annotated[Duration, Field(ge=timedelta(seconds=30), le=timedelta(days=1))] = Field(
        default=timedelta(minutes=5),
        description="How often it is asked while there is news; a quiet source is asked less often. [duration]",
    )
    budget: DailyBudget = Field(default=DailyBudget(), description="What it may use in a day (UTC).")
    monthly_budget: MonthlyBudget = Field(default=MonthlyBudget(), description="What it may use in a month (UTC).")
    when_stopped: WhenStopped = Field(
        default="info",
        description="Severity of the incident when it is not heard any more; `alert.page_from` decides who is paged, "
        "usually nobody by info. [off, info or warning]",
    )
    private_addresses: bool = Field(
        default=False,
        description="Whether it may lie at a private or local address, as a forum in the company's own network does.",
    )

    @property
    def id(self) -> str:
        """Return what tells it from every other source: the place and the question, not the pace.

        >>> SourceSettings(kind="mastodon", url="https://social.example/", query="#Hallowfirth").id
        'mastodon https://social.example Hallowfirth'
        """
        parts = (self.kind, self.url.rstrip("/"), self.site, self.query.lstrip("#"))
        country = self.country if self.kind == "app-store" else ""
        folder = posixpath.normpath(self.path) if self.path else ""
        return " ".join(part for part in (*parts, country, folder) if part)

    @property
    def interval(self) -> float:
        """Return the seconds between two looks while there is news; a folder costs nobody anything."""
        return FOLDER_INTERVAL if self.kind == "folder" else self.every.total_seconds()

    @property
    def is_steady(self) -> bool:
        """Return whether it brings something again and again, so that silence says something of it."""
        return self.kind != "folder" and not self.is_counted

    @property
    def is_even(self) -> bool:
        """Return whether it is asked as often in quiet hours: what it brings first is what it is there for."""
        return self.kind == "folder" or self.is_counted

    @property
    def limits(self) -> tuple[Limits, Limits]:
        """Return what it may use in a day, and in a month; a folder asks nobody for anything."""
        return (Limits(), Limits()) if self.kind == "folder" else (self.budget.limits(), self.monthly_budget.limits())

    @property
    def is_counted(self) -> bool:
        """Return whether posts are counted, and bought only now and then."""
        return self.kind == "x" and self.x.listen == "counts"

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, given: Any) -> Any:
        """Take `requests_per_day`, as it was called before there were other budgets."""
        if isinstance(given, dict) and "requests_per_day" in given and "budget" not in given:
            given = dict(given)
            given["budget"] = {"requests": given.pop("requests_per_day")}
        return given

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for field in _REQUIRED[self.kind]:
            if not getattr(self, field).strip(" #"):
                meaning = _MEANING.get(f"{self.kind}.{field}", _MEANING[field])
                raise ValueError(f"a source of kind {self.kind} needs `{field}`: {meaning}")
        if self.kind == "x" and self.budget.euros is None:
            raise ValueError("a source of kind x needs `budget`: what it may cost a day, such as {euros: 2}")
        if not self.path.isprintable():
            raise ValueError(f"`path` must be the path of a folder, got {self.path!r}")
        if self.url:
            self._check_url()
        return self

    def _check_url(self) -> None:
        schemes = _SCHEMES.get(self.kind, ("https", "http"))
        parts = urlsplit(self.url)
        if parts.username is not None or parts.password is not None:
            raise ValueError("`url` must not hold a name or a password: it is shown, logged and sent with each mention")
        whole = self.url.isprintable() and " " not in self.url
        if parts.scheme not in schemes or not parts.hostname or not whole:
            raise ValueError(f"`url` must be an address that begins with {schemes[0]}://, got {self.url!r}")
