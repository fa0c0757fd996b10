"""Login through an identity provider: who gets in, as whom, and to what."""

from __future__ import annotations

import html
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from config.brands.access import Access
from config.brands.overrides import BrandWithOverrides
from config.settings import Settings
from tests.support.alerts import incident_of, signal
from tests.support.identity_provider import IdentityProvider, identity_provider, key
from tests.support.moderation import LocalQueue, flagged
from tests.support.web_app import BRANDS, hidden, unheard, web_client
from tocsin.web.http.auth import COOKIE, OIDC_SESSION_SECONDS
from tocsin.web.http.sign_in import FLOW_COOKIE
from tocsin.web.http.sign_out import HINT_COOKIE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.web_app import Client
    from tocsin.web.sources.recording import RecordingDataSource

SHARED = Access(view=("client-north",), act=("crew-north",), configure=("ana@example.com",))


def world() -> RecordingDataSource:
    """Return brands of which one is shared with the client in the north, with an incident of each."""
    made = unheard()
    known = dict(made.configured)
    brand = known["Hallowfirth"].brand.model_copy(update={"access": SHARED})
    made.configured = known | {"Hallowfirth": BrandWithOverrides(brand)}
    one = incident_of(signal())
    for name in ("Hallowfirth", "Pippinworth"):
        made.latest[f"of-{name}"] = replace(one, id=f"of-{name}", brand=name)
    both = ("Hallowfirth", "Pippinworth")
    made.latest["of-both"] = replace(one, id="of-both", brand="Hallowfirth", affected_brands=both)
    return made


@asynccontextmanager
async def pages(provider: IdentityProvider, config: Path | None = None, **more: object) -> AsyncIterator[Client]:
    """Yield a browser at pages that trust the provider."""
    settings: dict[str, Any] = provider.settings() | more
    async with web_client(world(), config, **settings) as client:
        yield client


async def leave(client: Client, there: str = "/") -> str:
    """Begin a login; return where the provider then sends the browser back, as a path of ours."""
    answer = await client.get("/login/oidc", params={"next": there}, allow_redirects=False)
    assert answer.status == 303
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(answer.headers["Location"], allow_redirects=False) as sent,
    ):
        back = urlsplit(sent.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://tocsin.example.com/login/oidc/callback"
    return f"{back.path}?{back.query}"


async def log_in(client: Client, there: str = "/") -> tuple[int, str]:
    """Log in; return the status and the page that the browser is then shown."""
    answer = await client.get(await leave(client, there))
    return answer.status, await answer.text()


def person(*groups: str, **claims: Any) -> dict[str, Any]:
    """Return the claims of a person."""
    return {"sub": "17", "name": "Ana Lima", "groups": list(groups), **claims}


async def test_a_person_is_led_there_and_back_and_acts_under_their_name() -> None:
    """To the page they wanted, by a cookie that only this site gets; what they do carries their name."""
    async with identity_provider() as provider, pages(provider) as client:
        provider.person = person("crew-north")
        page = await (await client.get("/incidents/of-Hallowfirth")).text()
        assert 'href="/login/oidc?next=/incidents/of-Hallowfirth"' in page
        assert 'name="token"' not in page
        answer = await client.get(await leave(client, "/incidents/of-Hallowfirth"))
        assert 'url=/incidents/of-Hallowfirth"' in await answer.text()
        cookie = answer.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        page = await (await client.get("/incidents/of-Hallowfirth")).text()
        assert ">Ana Lima<" in page
        form = {name: hidden(page, name) for name in ("csrf", "key")}
        given = form | {"brand": "Hallowfirth", "back": "/", "span": "1h", "detector": "", "reason": "x"}
        assert (await client.post("/silences", data=given)).status == 200
        assert "Ana Lima: x" in await (await client.get("/brands/Hallowfirth")).text()


async def test_a_client_sees_its_brands_and_nothing_of_others() -> None:
    """Neither on the overview, nor by an address, nor an incident that is another's, too."""
    async with identity_provider() as provider, pages(provider) as client:
        await log_in(client)
        for path in ("/", "/board"):
            page = await (await client.get(path)).text()
            assert "Hallowfirth" in page
            assert "Pippinworth" not in page
        for path in ("", "/thresholds", "/tuning"):
            assert (await client.get(f"/brands/Hallowfirth{path}")).status == 200
            assert (await client.get(f"/brands/Pippinworth{path}")).status == 404
        statuses = [(await client.get(f"/incidents/{name}")).status for name in world().latest]
        assert statuses == [200, 404, 404]
        assert (await client.get("/incidents/of-Pippinworth/report")).status == 404
        assert "of-both" not in await (await client.get("/brands/Hallowfirth")).text()


async def test_a_client_moderates_what_is_written_about_its_brands() -> None:
    """Neither in the list, nor in its figures, nor by an address, whatever the filter says."""
    items = [flagged("ours", at=1, brand="Hallowfirth"), flagged("theirs", at=2, brand="Pippinworth")]
    queue = LocalQueue(*items, flagged("gone", at=3, brand="Watched no longer"))
    async with identity_provider() as provider, pages(provider, moderation=queue) as client:
        provider.person = person("crew-north")
        await log_in(client)
        page = await (await client.get("/moderation")).text()
        assert "1 waiting" in page
        assert "Pippinworth" not in page
        filtered = await (await client.get("/moderation?brand=Pippinworth")).text()
        assert "waiting" not in filtered
        assert "/moderation/theirs" not in filtered
        shown = [(await client.get(f"/moderation/{name}")).status for name in ("ours", "theirs", "gone")]
        assert shown == [200, 404, 404]
        form = {"csrf": hidden(page, "csrf"), "query": "brand=Pippinworth"}
        answer = await client.post("/moderation/next", data=form, allow_redirects=False)
        assert answer.headers["Location"].startswith("/moderation?")


@pytest.mark.parametrize(
    ("claims", "may_act", "may_configure"),
    [
        (person("client-north"), False, False),
        (person("crew-north"), True, False),
        (person("client-north", email="ana@example.com", email_verified=True), True, True),
        (person("client-north", email="ana@example.com", email_verified=False), False, False),
        (person("client-north", "ana@example.com"), False, False),
    ],
)
async def test_each_role_includes_those_before_it(
    claims: dict[str, Any], tmp_path: Path, *, may_act: bool, may_configure: bool
) -> None:
    """To look, to act, to configure: a button that is not there is refused, too. A group is no e-mail address."""
    file = tmp_path / "brands.yaml"
    file.write_text(BRANDS, encoding="utf-8")
    async with identity_provider() as provider, pages(provider, file) as client:
        provider.person = claims
        await log_in(client)
        page = await (await client.get("/incidents/of-Hallowfirth")).text()
        assert ("Acknowledge" in page) == may_act
        form = {"csrf": hidden(await (await client.get("/")).text(), "csrf"), "do": "ack"}
        answer = await client.post("/incidents/of-Hallowfirth/actions", data=form, allow_redirects=False)
        assert answer.headers["Location"].endswith("outcome=done" if may_act else "outcome=not_allowed")
        page = await (await client.get("/brands/Hallowfirth/thresholds")).text()
        assert (">Save<" in page) == may_configure
        ratio = {"detect.volume_spike.peak_ratio": "2", "version": hidden(page, "version")}
        path = "/brands/Hallowfirth/thresholds"
        saved = await client.post(path, data=form | ratio | {"do": "save"})
        assert (saved.status == 200) == may_configure
        assert ("peak_ratio: 2" in file.read_text(encoding="utf-8")) == may_configure
        assert "Pippinworth" not in await saved.text(), "the lines around the change are another client's"


async def test_who_is_in_no_group_reads_whom_to_ask() -> None:
    """Logged in, without a brand: no empty page without a word."""
    async with identity_provider() as provider, pages(provider) as client:
        provider.person = person("strangers")
        await log_in(client)
        page = await (await client.get("/")).text()
        assert "no brand is shared with you" in page
        assert "Hallowfirth" not in page


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": None},
        {"aud": ["tocsin", "another-client"], "azp": "another-client"},
        {"exp": 900},
        {"exp": None},
        {"iat": 2_000},
        {"sub": None},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
async def test_an_id_token_that_is_not_right_lets_nobody_in(lies: dict[str, Any]) -> None:
    """Of another login, issuer or client, too old, from the future, or of nobody."""
    async with identity_provider() as provider, pages(provider) as client:
        provider.lies = lies
        status, page = await log_in(client)
        assert status == 403
        assert "The login did not succeed" in page
        assert COOKIE not in {one.key for one in client.session.cookie_jar}


async def test_a_signature_that_is_not_the_providers_lets_nobody_in() -> None:
    """Another's key under the same name, no signature at all; a new key of the provider is fetched."""
    async with identity_provider() as provider, pages(provider) as client:
        stranger = key("second")
        provider.signed_with = type(stranger).import_key(stranger.as_dict(private=True) | {"kid": "first"})
        assert (await log_in(client))[0] == 403
        provider.algorithm = "none"
        assert (await log_in(client))[0] == 403
        provider.algorithm, provider.signed_with = "RS256", key("third")
        assert (await log_in(client))[0] == 403
        provider.published = [key("third")]
        assert (await log_in(client))[0] == 200


async def test_a_callback_that_this_browser_did_not_begin_is_refused() -> None:
    """Another state, none, another issuer, no cookie, a code that was used, an error of the provider."""
    async with identity_provider() as provider, pages(provider) as client:
        back = await leave(client)
        code, state = (parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state"))
        for query in (
            {"code": code, "state": "another"},
            {"code": code},
            {"code": code, "state": state, "iss": "https://evil.example"},
            {"state": state, "error": "access_denied"},
            {"code": "guessed", "state": state},
        ):
            assert (await client.get("/login/oidc/callback", params=query)).status == 403
        assert provider.exchanged == 0
        assert (await client.get(back)).status == 200
        assert FLOW_COOKIE not in {one.key for one in client.session.cookie_jar}
        client.session.cookie_jar.clear()
        assert (await client.get(back)).status == 403
        assert provider.exchanged == 1


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/\t/evil.example"])
async def test_no_login_leads_to_another_site(there: str) -> None:
    """Wherever a link says that it goes on, it goes on here."""
    async with identity_provider() as provider, pages(provider) as client:
        _, page = await log_in(client, there)
        assert 'url=/"' in page
        assert "evil" not in page


async def test_logging_out_revokes_the_session_and_time_ends_it() -> None:
    """A copy of the cookie is worth nothing after the logout, nor after some hours."""
    async with identity_provider() as provider:
        clock = [1_000.0]
        async with pages(provider, clock=clock) as client:
            await log_in(client)
            held = {one.key: one.value for one in client.session.cookie_jar}
            page = await (await client.get("/")).text()
            await client.post("/logout", data={"csrf": hidden(page, "csrf")})
            client.session.cookie_jar.update_cookies(held)
            assert (await client.get("/", allow_redirects=False)).status == 303
            await log_in(client)
            assert (await client.get("/", allow_redirects=False)).status == 200
            clock[0] += OIDC_SESSION_SECONDS + 1
            assert (await client.get("/", allow_redirects=False)).status == 303


async def test_a_provider_that_is_down_or_another_one_says_so() -> None:
    """The login page, with a sentence; the token still lets its owner in."""
    async with identity_provider() as provider, pages(provider, web_token="a-token-of-some-length") as client:
        for wrong in ({"issuer": "https://evil.example"}, {"token_endpoint": "ftp://evil.example"}):
            provider.discovered = wrong
            answer = await client.get("/login/oidc")
            assert answer.status == 502
            page = await answer.text()
            assert "does not answer" in page
            assert 'name="token"' in page
        form = {"name": "Ben", "token": "a-token-of-some-length"}
        assert "Pippinworth" in await (await client.post("/login", data=form)).text()


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "https://login.example.com"},
        {
            "oidc_issuer": "http://login.example.com",
            "oidc_client_id": "a",
            "oidc_client_secret": "b",
            "web_url": "https://c",
        },
        {"oidc_issuer": "login.example.com", "oidc_client_id": "a", "oidc_client_secret": "b", "web_url": "https://c"},
    ],
)
def test_half_a_provider_is_refused_at_the_start(settings: dict[str, str]) -> None:
    """Without a client, or without TLS: the error names what is missing."""
    with pytest.raises(ValidationError, match=r"TOCSIN_OIDC_CLIENT_ID|https address"):
        Settings.model_validate(settings)


async def log_out(client: Client) -> tuple[int, str, str]:
    """Log out; return the status, where a redirect leads, and where a page leads."""
    form = {"csrf": hidden(await (await client.get("/incidents")).text(), "csrf")}
    answer = await client.post("/logout", data=form, allow_redirects=False)
    page = html.unescape(await answer.text())
    found = re.search(r'content="0;url=([^"]+)"', page)
    return answer.status, answer.headers.get("Location", ""), found[1] if found else ""


async def test_logging_out_ends_the_session_at_the_provider_too() -> None:
    """Which leads back to the login; it is told whose session that was, so that it asks nothing."""
    async with identity_provider() as provider, pages(provider) as client:
        await log_in(client)
        hint = next(one for one in client.session.cookie_jar if one.key == HINT_COOKIE)
        assert (hint["path"], hint["samesite"], hint["httponly"]) == ("/logout", "Strict", True)
        status, _, there = await log_out(client)
        asked = parse_qs(urlsplit(there).query)
        assert status == 200
        assert there.startswith(f"{provider.issuer}/logout?")
        assert asked["client_id"] == ["tocsin"]
        assert asked["post_logout_redirect_uri"] == ["https://tocsin.example.com/login"]
        assert asked["id_token_hint"] == [hint.value]
        assert [one.key for one in client.session.cookie_jar] == []
        assert (await client.get("/", allow_redirects=False)).status == 303


@pytest.mark.parametrize("endpoint", ["", "ftp://login.example.com/logout", "javascript:alert(1)"])
async def test_a_provider_without_a_logout_is_left_logged_in(endpoint: str) -> None:
    """The session here ends; so it does where its document names an address that is none."""
    async with identity_provider() as provider, pages(provider) as client:
        provider.discovered = {"end_session_endpoint": endpoint}
        await log_in(client)
        assert await log_out(client) == (303, "/login", "")
        assert (await client.get("/", allow_redirects=False)).status == 303


async def test_an_id_token_that_is_too_long_for_a_cookie_is_left_out() -> None:
    """The provider then asks the person to confirm."""
    async with identity_provider() as provider, pages(provider) as client:
        provider.person = person("client-north", picture="x" * 4_000)
        await log_in(client)
        _, _, there = await log_out(client)
        assert "id_token_hint" not in parse_qs(urlsplit(there).query)


async def test_the_login_by_token_ends_here() -> None:
    """No provider knows of it."""
    token = "a token of sixteen letters"
    async with identity_provider() as provider, pages(provider, web_token=token) as client:
        await client.post("/login", data={"token": token, "name": "Ana"})
        assert await log_out(client) == (303, "/login", "")
