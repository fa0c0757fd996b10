"""Google Play: the reviews of an app of one's own, with their stars."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from mentions.cleaning import clean
from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, objects, text
from sources.mention_fields import is_count, mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://androidpublisher.googleapis.com"
TOKENS: Final = "https://oauth2.googleapis.com/token"
SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
MAX_PAGES: Final = 10
"""Pages of 100 that are read back until the last known review; Google shows those of the last week."""

STARS: Final = frozenset(range(1, 6))
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR: Final = 3_600
_MARGIN: Final = 120
"""Seconds before its end after which an access token is not used."""

_NEEDED: Final = "needs the key of a service account: set TOCSIN_GOOGLE_PLAY_KEY to its JSON, or to the file's path"
_BAD_KEY: Final = "has no key in TOCSIN_GOOGLE_PLAY_KEY that can sign: take the JSON of a service account as it is"
MISSED: Final = f"had more reviews since the last time than {MAX_PAGES} pages show: older ones are not heard"


class GooglePlay:
    """The reviews of the last week, newest first, read back to the last one known. An edited one comes again."""

    def __init__(self, settings: SourceSettings, key: str = "", clock: Callable[[], float] = time.time) -> None:  # noqa: TID251
        app = quote(settings.query.strip(), safe="")
        base = (settings.url or SERVER).rstrip("/")
        self._url = f"{base}/androidpublisher/v3/applications/{app}/reviews"
        self._tokens = f"{base}/token" if settings.url else TOKENS
        self._page = f"https://play.google.com/store/apps/details?id={app}&reviewId="
        self._key = key
        self._clock = clock
        self._access, self._until = "", 0.0

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the reviews since the last one, oldest first."""
        secrets = {"Authorization": f"Bearer {await self._token(client)}"}
        last, found, page = int(position.get("last", 0)), dict[str, Item](), ""
        for _ in range(MAX_PAGES):
            params = {"maxResults": "100"} | ({"token": page} if page else {})
            answer = (await client.get(self._url, params, secrets=secrets)).json()
            items = [item for one in _reviews(answer) if (item := self._item(one)) is not None]
            found |= {item.id: item for item in items}
            page = text(answer, "tokenPagination", "nextPageToken")
            if not page or not items or not last or items[-1].mention["published_at"] < last:
                break
        else:
            return self._result(found, last, MISSED)
        return self._result(found, last, "")

    def _result(self, found: dict[str, Item], last: int, notice: str) -> Page:
        items = sorted(found.values(), key=lambda item: int(item.mention["published_at"]))
        newest = max([last, *(item.mention["published_at"] for item in items)])
        return Page(items, {"last": min(newest, int(self._clock() * 1000))}, notice=notice)

    async def _token(self, client: PoliteClient) -> str:
        """Return an access token: the one at hand, or a new one for a signed assertion."""
        if self._clock() > self._until - _MARGIN:
            form = {"grant_type": _GRANT, "assertion": assertion(self._key, self._tokens, int(self._clock()))}
            answer = (await client.post(self._tokens, form=form)).json()
            self._access = text(answer, "access_token")
            if not self._access or not self._access.isascii() or not self._access.isprintable():
                raise SourceError("gives no access token: check `url`, and the rights of the service account")
            self._until = self._clock() + min(number(answer, "expires_in") or _HOUR, _HOUR)
        return self._access

    def _item(self, review: dict[str, Any]) -> Item | None:
        said = _said(review)
        name, published = text(review, "reviewId"), instant_of(said)
        if not name or published is None:
            return None
        title, tab, body = text(said, "text").partition("\t")
        stars = number(said, "starRating")
        return mention(
            name,
            clean(f"{title}\n{body}" if tab and title.strip() else title or body).strip(),
            published,
            "google-play",
            kind="review",
            author_name=text(review, "authorName"),
            url=f"{self._page}{quote(name, safe='')}",
            lang=text(said, "reviewerLanguage").replace("_", "-") or None,
            rating=stars if stars in STARS else None,
            engagement=likes if is_count(likes := number(said, "thumbsUpCount")) else None,
        )


def _reviews(answer: Any) -> list[dict[str, Any]]:
    """Return the reviews of an answer; without any, Google leaves the list out."""
    empty = isinstance(answer, dict) and not set(answer) - {"tokenPagination", "pageInfo"}
    return [] if empty else list(objects(answer, "reviews"))


def _said(review: dict[str, Any]) -> Any:
    """Return what the user says; the developer's answer stands beside it."""
    comments = inside(review, "comments")
    found = (inside(one, "userComment") for one in (comments if isinstance(comments, list) else []))
    return next(filter(None, found), None)


def instant_of(comment: Any) -> int | None:
    """Return when a comment was last changed [ms]; Google writes the seconds as text."""
    seconds = text(comment, "lastModified", "seconds")
    return instant(int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) <= 12 else None  # noqa: PLR2004


def assertion(key: str, audience: str, now: int) -> str:
    """Return what a service account shows for an access token: who it is, what for, and until when, signed RS256.

    Raises:
        SourceError: there is no key, or none that can sign; the message holds nothing of it.
    """
    from joserfc import jwt  # noqa: PLC0415  slow to load, and needed by few
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    if not key.strip():
        raise SourceError(_NEEDED, permanent=True)
    try:
        account = msgspec.json.decode(key if key.lstrip().startswith("{") else Path(key.strip()).read_bytes())
        claims = {"iss": account["client_email"], "scope": SCOPE, "aud": audience, "iat": now, "exp": now + _HOUR}
        header = {"alg": "RS256", "typ": "JWT", "kid": account["private_key_id"]}
        return jwt.encode(header, claims, RSAKey.import_key(account["private_key"]))
    except Exception:  # noqa: BLE001  libraries raise what they like on what is no key; its text may hold a part of it
        raise SourceError(_BAD_KEY, permanent=True) from None
