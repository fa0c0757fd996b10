"""Reviews of one's own apps are read with keys that never show, and their stars kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from sources.item import SourceError
from sources.kinds.app_store_connect import LIFETIME, AppStoreConnect, ConnectKey, signed
from sources.kinds.google_play import SCOPE, GooglePlay, assertion
from tests.support.source_answers import NOW, POSTS, Post, app_store_connect, google_play
from tests.support.sources_server import EC_KEY, SourcesServer, client, fetch, polled, says, settings

if TYPE_CHECKING:
    from pathlib import Path

RSA = RSAKey.generate_key(2048)
ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "client_email": "reader@example.iam.gserviceaccount.com",
        "private_key_id": "k1",
        "private_key": RSA.as_pem(private=True).decode(),
    }
)


class Google:
    """Gives tokens for assertions, and reviews for tokens."""

    def __init__(self) -> None:
        self.given = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request."""
        if request.path == "/token":
            form = await request.post()
            assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            token = jwt.decode(str(form["assertion"]), RSA, algorithms=["RS256"])
            assert (token.header["kid"], token.claims["scope"]) == ("k1", SCOPE)
            assert token.claims["exp"] - token.claims["iat"] == 3_600
            self.given += 1
            return web.json_response({"access_token": f"access-{self.given}", "expires_in": 3_599})
        assert request.headers["Authorization"] == f"Bearer access-{self.given}"
        assert request.path == "/androidpublisher/v3/applications/com.example.bank/reviews"
        return web.Response(body=google_play(POSTS))


async def test_google_gets_a_signed_assertion_once_an_hour() -> None:
    """And the token that it gives out is shown to it alone."""
    moment = [NOW.timestamp()]
    async with SourcesServer() as server, client() as asking:
        google = Google()
        server.then(google.answer)
        source = GooglePlay(settings("google-play", server.url), ACCOUNT, lambda: moment[0])
        for _ in range(3):
            assert len((await source.fetch(asking, {})).items) == 2
        assert google.given == 1
        moment[0] += 3_600
        await source.fetch(asking, {})
        assert google.given == 2


@pytest.mark.parametrize(("kind", "answer"), [("google-play", google_play), ("app-store-connect", app_store_connect)])
async def test_stars_and_titles_are_kept(kind: str, answer: Any) -> None:
    """Reviews are gold for training; a rating that is none is left out."""
    async with SourcesServer() as server:
        (item,) = (await fetch(server, kind, answer([Post(1, "Crashes.", title="Useless")], stars=1))).items
        (odd,) = (await fetch(server, kind, answer([Post(1, "Crashes.")], stars=9))).items

    assert (item.mention["rating"], item.mention["kind"], item.mention["text"]) == (1, "review", "Useless\nCrashes.")
    assert "rating" not in odd.mention
    assert item.mention["author"] == {"name": "ana"}


@pytest.mark.parametrize(("kind", "answer"), [("google-play", google_play), ("app-store-connect", app_store_connect)])
async def test_reviews_are_read_back_to_the_last_one_known(kind: str, answer: Any) -> None:
    """Page after page; more than ten are a gap that is told."""

    def page(number: int, *, more: bool = True) -> Any:
        body = json.loads(answer([Post(number, f"review {number}", hours=number / 60)]))
        if more:
            body["tokenPagination"] = {"nextPageToken": f"next{number}"}
            body["links"] = {"next": f"https://elsewhere.example/?cursor=next{number}"}
        return says(json.dumps(body).encode())

    async with SourcesServer() as server, client() as asking:
        source = polled(kind, server.url)
        server.then(page(5))
        first = await source.fetch(asking, {})
        assert (len(server.requests), first.notice) == (1, "")
        server.then(page(9), page(8), page(4), page(3))
        later = await source.fetch(asking, first.position)
        assert [item.mention["text"] for item in later.items] == ["review 4", "review 8", "review 9"]
        asked = [dict(request.query) for request in server.requests[-2:]]
        assert [query.get("token") or query.get("cursor") for query in asked] == ["next9", "next8"]
        server.then(*[page(30 + number) for number in range(11)])
        assert "not heard" in (await source.fetch(asking, later.position)).notice


async def test_an_app_without_reviews_has_none() -> None:
    """Google leaves the list out then."""
    async with SourcesServer() as server:
        assert (await fetch(server, "google-play", b"{}")).items == []
        with pytest.raises(SourceError, match="reviews"):
            await fetch(server, "google-play", b'{"error": {"code": 403}}')
        assert (await fetch(server, "app-store-connect", b'{"data": []}')).items == []


def test_apple_gets_a_token_that_lives_for_minutes(tmp_path: Path) -> None:
    """Signed ES256; the key may be a file, or stand in the environment on one line."""
    file = tmp_path / "AuthKey.p8"
    file.write_text(EC_KEY)
    for key in (EC_KEY, str(file), EC_KEY.replace("\n", "\\n")):
        token = jwt.decode(
            signed(ConnectKey(key, "k2", "issuer"), 1_000), ECKey.import_key(EC_KEY), algorithms=["ES256"]
        )
        assert (token.header["kid"], token.claims["iss"], token.claims["aud"]) == ("k2", "issuer", "appstoreconnect-v1")
        assert token.claims["exp"] - token.claims["iat"] == LIFETIME


@pytest.mark.parametrize("key", ["", "  ", "{", "{}", '{"private_key": "hush", "client_email": 1}', "/no/hush", "hush"])
async def test_a_key_that_cannot_sign_is_named_and_not_shown(key: str) -> None:
    """The reason names the variable."""
    asked: dict[str, Any] = {
        "GOOGLE_PLAY_KEY": GooglePlay(settings("google-play", "https://a.example"), key),
        "APP_STORE_CONNECT_KEY": AppStoreConnect(
            settings("app-store-connect", "https://a.example"), ConnectKey(key, "k", "i")
        ),
    }
    async with client() as asking:
        for variable, source in asked.items():
            with pytest.raises(SourceError, match=variable) as raised:
                await source.fetch(asking, {})
            assert raised.value.permanent
            assert "hush" not in str(raised.value)
            assert raised.value.__cause__ is None


def test_an_assertion_from_a_file_is_the_same(tmp_path: Path) -> None:
    """As Google hands keys out."""
    (tmp_path / "key.json").write_text(ACCOUNT)

    assert assertion(str(tmp_path / "key.json"), "https://t", 1) == assertion(ACCOUNT, "https://t", 1)
