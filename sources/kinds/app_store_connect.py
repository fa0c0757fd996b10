"""App Store Connect: the reviews of an app of one's own from all countries, with their stars."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from mentions.cleaning import clean
from sources.item import Item, Page, SourceError
from sources.json_fields import inside, instant, number, objects, text
from sources.kinds.google_play import MAX_PAGES, MISSED, STARS
from sources.mention_fields import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.client import PoliteClient
    from sources.settings import SourceSettings

SERVER: Final = "https://api.appstoreconnect.apple.com"
AUDIENCE: Final = "appstoreconnect-v1"
LIFETIME: Final = 900
"""Seconds that a token is good for; Apple takes 20 minutes at most."""

_NEEDED: Final = (
    "needs a key of App Store Connect: set TOCSIN_APP_STORE_CONNECT_KEY to the .p8 file's text or path, and "
    "TOCSIN_APP_STORE_CONNECT_KEY_ID and TOCSIN_APP_STORE_CONNECT_ISSUER to what stands beside it"
)
_BAD_KEY: Final = "has no key in TOCSIN_APP_STORE_CONNECT_KEY that can sign: take the .p8 file as it is"


class ConnectKey(NamedTuple):
    """A key of App Store Connect, with its id and its issuer's. Not shown in a `repr`."""

    key: str = ""
    key_id: str = ""
    issuer: str = ""

    def __repr__(self) -> str:
        return "ConnectKey(…)"


NO_KEY: Final = ConnectKey()


class AppStoreConnect:
    """The reviews, newest first, read back to the last one known."""

    def __init__(
        self,
        settings: SourceSettings,
        key: ConnectKey = NO_KEY,
        clock: Callable[[], float] = time.time,  # noqa: TID251
    ) -> None:
        app = quote(settings.query.strip().removeprefix("id"), safe="")
        self._url = f"{(settings.url or SERVER).rstrip('/')}/v1/apps/{app}/customerReviews"
        self._key = key
        self._clock = clock

    async def fetch(self, client: PoliteClient, position: Mapping[str, Any]) -> Page:
        """Return the reviews since the last one, oldest first."""
        secrets = {"Authorization": f"Bearer {signed(self._key, int(self._clock()))}"}
        last, found, cursor, notice = int(position.get("last", 0)), dict[str, Item](), "", MISSED
        for _ in range(MAX_PAGES):
            params = {"sort": "-createdDate", "limit": "200"} | ({"cursor": cursor} if cursor else {})
            answer = (await client.get(self._url, params, secrets=secrets)).json()
            items = [item for one in objects(answer, "data") if (item := _item(one)) is not None]
            found |= {item.id: item for item in items}
            cursor = _next(text(answer, "links", "next"))
            if not cursor or not items or not last or items[-1].mention["published_at"] < last:
                notice = ""
                break
        shown = sorted(found.values(), key=lambda item: int(item.mention["published_at"]))
        newest = max([last, *(item.mention["published_at"] for item in shown)])
        return Page(shown, {"last": min(newest, int(self._clock() * 1000))}, notice=notice)


def _item(review: dict[str, Any]) -> Item | None:
    said = inside(review, "attributes")
    name, published = text(review, "id"), instant(said, "createdDate")
    if not name or published is None:
        return None
    title, body, stars = clean(text(said, "title")), clean(text(said, "body")), number(said, "rating")
    return mention(
        name,
        body if not title or body.startswith(title) else f"{title}\n{body}".strip(),
        published,
        "app-store",
        kind="review",
        title=title,
        author_name=text(said, "reviewerNickname"),
        rating=stars if stars in STARS else None,
        territory=text(said, "territory") or None,
    )


def _next(link: str) -> str:
    """Return the cursor of the next page; not its address, which must not lead our token elsewhere.

    >>> _next("https://api.example/v1/apps/1/customerReviews?cursor=AbC.1&limit=200"), _next("")
    ('AbC.1', '')
    """
    try:
        return parse_qs(urlsplit(link).query).get("cursor", [""])[0][:500]
    except ValueError:
        return ""


def signed(key: ConnectKey, now: int) -> str:
    """Return a token for App Store Connect, signed ES256.

    Raises:
        SourceError: there is no key, or none that can sign; the message holds nothing of it.
    """
    from joserfc import jwt  # noqa: PLC0415  slow to load, and needed by few
    from joserfc.jwk import ECKey  # noqa: PLC0415

    if not all(part.strip() for part in key):
        raise SourceError(_NEEDED, permanent=True)
    try:
        pem = key.key if "-----BEGIN" in key.key else Path(key.key.strip()).read_text("ascii")
        header = {"alg": "ES256", "kid": key.key_id.strip(), "typ": "JWT"}
        claims = {"iss": key.issuer.strip(), "iat": now, "exp": now + LIFETIME, "aud": AUDIENCE}
        return jwt.encode(header, claims, ECKey.import_key(pem.replace("\\n", "\n")))
    except Exception:  # noqa: BLE001  libraries raise what they like on what is no key; its text may hold a part of it
        raise SourceError(_BAD_KEY, permanent=True) from None
