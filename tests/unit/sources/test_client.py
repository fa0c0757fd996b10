"""Does the client keep to budgets, addresses, bounds and secrets, whatever the server does?"""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import addresses
from sources.budget import Budget, Limits
from sources.client import MAX_BODY, MAX_REDIRECTS, USER_AGENT, PoliteClient, Response
from sources.item import SourceError
from sources.refusals import MAX_RETRY_AFTER, retry_after
from tests.support.sources_server import SourcesServer, client, cut_off, endless, gzip_bomb, redirects, says

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECRET = {"Authorization": "Bearer hush"}
MEMORY = 50_000_000


async def test_it_says_who_it_is_and_takes_packed_answers() -> None:
    """A plain request, and its answer."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(gzip.compress(b'{"a": 1}'), 200, {"Content-Encoding": "gzip"}))
        answer = await asking.get(f"{server.url}/x?a=1", {"b": "2"}, {"Accept": "text/plain"})

        (request,) = server.requests
    assert answer.json() == {"a": 1}
    assert (request.headers["User-Agent"], request.headers["Accept"]) == (USER_AGENT, "text/plain")
    assert dict(request.query) == {"a": "1", "b": "2"}
    assert asking.budget.spending.day.requests == 1


async def test_each_request_counts_and_none_follows_the_last() -> None:
    """Redirects are requests; once none is left the server hears nothing until tomorrow."""
    async with SourcesServer() as server, client(requests=3) as asking:
        server.then(redirects("/b"), says(b"x"), redirects("/d"), says(b"x"))
        await asking.get(server.url)
        with pytest.raises(SourceError, match="3 requests of today") as raised:
            await asking.get(server.url)

        assert len(server.requests) == 3
    assert 0 < raised.value.retry_after <= 86_400
    assert not raised.value.permanent


async def test_redirects_are_followed_up_to_a_bound() -> None:
    """To the address in the end; a loop is an error that a person must mend."""
    async with SourcesServer() as server, client() as asking:
        server.then(redirects("/a", 301), redirects("b/c", 307), says(b"there"))
        assert place_of(await asking.get(f"{server.url}/start")) == (b"there", f"{server.url}/b/c")

        server.then(redirects("/loop"))
        server.requests.clear()
        with pytest.raises(SourceError, match="redirects more than") as raised:
            await asking.get(server.url)
        assert len(server.requests) == MAX_REDIRECTS + 1
    assert raised.value.permanent


def place_of(answer: Response) -> tuple[bytes | None, str]:
    """Return the body and where it was."""
    return answer.body, answer.url


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "http://[", "http://host.example:99999999/", "ftp://x.example"]
)
async def test_a_redirect_to_nowhere_is_an_error(place: str) -> None:
    """And nothing else."""
    async with SourcesServer() as server, client() as asking:
        server.then(redirects(place))
        with pytest.raises(SourceError):
            await asking.get(server.url)

        assert len(server.requests) == 1


async def test_an_answer_that_moves_without_saying_where_is_a_refusal() -> None:
    """302 without Location."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"", 302))
        with pytest.raises(SourceError, match="302"):
            await asking.get(server.url)


async def test_secrets_go_to_their_origin_alone() -> None:
    """Another port is another origin, and so is the way back from it; other headers go along."""
    async with SourcesServer() as server, SourcesServer() as other, client() as asking:
        server.then(redirects("/same"), redirects(other.url), says(b"end"))
        other.then(redirects(f"http://localhost:{server.port}/back"))
        await asking.get(server.url, headers={"Accept": "text/x"}, secrets=SECRET)

        seen = [(r.headers.get("Authorization"), r.headers["Accept"]) for r in (*server.requests, *other.requests)]
    hush = ("Bearer hush", "text/x")
    assert seen == [hush, hush, (None, "text/x"), (None, "text/x")]


async def test_cookies_are_not_kept() -> None:
    """A stranger's cookies would fill memory and tell him who comes again."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"", 200, {"Set-Cookie": "who=you; Path=/"}))
        await asking.get(f"http://localhost:{server.port}/")
        await asking.get(f"http://localhost:{server.port}/")

        assert [request.headers.get("Cookie") for request in server.requests] == [None, None]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1", "0x7f000001", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_not_asked(host: str) -> None:
    """In no form, by number or by name."""
    async with SourcesServer() as server, client(allow_private=False) as asking:
        server.then(says(b"secret"))
        with pytest.raises(SourceError, match="address") as raised:
            await asking.get(f"http://{host}:{server.port}/")

        assert server.requests == []
    assert raised.value.permanent


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1"])
async def test_a_public_page_leads_to_no_private_one(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For this test 127.0.0.2 counts as public, since no other machine may be asked."""
    is_public = addresses._is_public
    monkeypatch.setattr(addresses, "_is_public", lambda host: host == "127.0.0.2" or is_public(host))
    async with SourcesServer("127.0.0.2") as public, SourcesServer() as private, client(allow_private=False) as asking:
        public.then(redirects(f"http://{host}:{private.port}/metadata"))
        private.then(says(b"secret"))
        with pytest.raises(SourceError, match="address"):
            await asking.get(public.url)

        assert (len(public.requests), private.requests) == (1, [])


async def test_a_handshake_follows_no_redirect_to_a_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aiohttp follows redirects of handshakes by itself, and asks no resolver about numbers."""
    is_public = addresses._is_public
    monkeypatch.setattr(addresses, "_is_public", lambda host: host == "127.0.0.2" or is_public(host))
    async with SourcesServer("127.0.0.2") as public, SourcesServer() as private, client(allow_private=False) as asking:
        public.then(redirects(f"http://127.0.0.1:{private.port}/metadata"))
        with pytest.raises(SourceError, match="private address"):
            async with asking.websocket(public.websocket, {}, "x"):
                pass

        assert (len(public.requests), private.requests) == (1, [])


@pytest.mark.parametrize("answer", [endless(b"x" * 1_000_000), endless(b"x" * 1_000), gzip_bomb(1_000)])
async def test_a_body_without_end_costs_bounded_memory(answer: Any) -> None:
    """Neither an endless one nor a gigabyte of blanks in a few kB."""
    async with SourcesServer() as server, client(timeout=3.0) as asking:
        server.then(answer)
        tracemalloc.start()
        try:
            with pytest.raises(SourceError, match=r"more than 10 MB|in time"):
                await asking.get(server.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak < MEMORY


async def test_the_bound_is_of_the_body_unpacked() -> None:
    """Exactly as much is read, no byte more."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(gzip.compress(b"x" * MAX_BODY), 200, {"Content-Encoding": "gzip"}))
        assert len((await asking.get(server.url)).body or b"") == MAX_BODY

        server.then(says(b"x" * 101))
        with pytest.raises(SourceError, match=r"more than 0.0001 MB"):
            await asking.get(server.url, max_bytes=100)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "deflate"},
        {"Content-Encoding": "zip"},
        {"Content-Type": "\x80"},
    ],
)
async def test_a_body_that_is_not_packed_as_it_says_is_an_error_or_read_as_it_is(headers: dict[str, str]) -> None:
    """Nothing else is raised."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"not packed at all", 200, headers))
        try:
            assert (await asking.get(server.url)).body in {b"not packed at all", b""}
        except SourceError as error:
            assert "cannot be read" in str(error)  # noqa: PT017  either is sound


async def test_a_server_that_is_slow_or_breaks_off_is_an_error_that_passes() -> None:
    """It is tried again."""
    async with SourcesServer() as server, client(timeout=0.1) as asking:
        for answer, reason in (
            (server.hang, "in time"),
            (server.drip, "in time"),
            (cut_off(b"x" * 1_000), "cannot be read"),
        ):
            server.then(answer)
            with pytest.raises(SourceError, match=reason) as raised:
                await asking.get(server.url)
            assert not raised.value.permanent


@pytest.mark.parametrize(
    "raw", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000, b"HTTP/1.1 999 \r\n\r\n"]
)
async def test_what_speaks_no_http_is_an_error(raw: bytes) -> None:
    """A mail server, a closed door, a header without end."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server, client() as asking:
        with pytest.raises(SourceError):
            await asking.get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


@pytest.mark.parametrize(
    "url", ["http://[", "http://host.example:x/", "", "nothing", "http://" + "a" * 64 + ".example/"]
)
async def test_an_address_that_is_none_is_an_error(url: str) -> None:
    """Of settings, or of a page that is searched for feeds."""
    async with client(allow_private=False) as asking:
        with pytest.raises(SourceError):
            await asking.get(url)


async def test_nobody_at_the_door_is_an_error_that_passes() -> None:
    """A port where nothing listens."""
    async with SourcesServer() as server:
        url = server.url
    async with client() as asking:
        with pytest.raises(SourceError, match="cannot be read") as raised:
            await asking.get(url)
    assert not raised.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (402, True),
        (403, True),
        (404, True),
        (408, False),
        (410, True),
        (418, True),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
        (599, False),
    ],
)
async def test_a_refusal_says_what_to_do(status: int, permanent: bool) -> None:  # noqa: FBT001  a case
    """What only a person can mend is tried rarely."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"", status))
        with pytest.raises(SourceError, match=f"answers {status}") as raised:
            await asking.get(server.url)

    assert (raised.value.permanent, raised.value.status) == (permanent, status)


async def test_errors_and_reprs_hold_no_secret() -> None:
    """Neither headers nor the address, whose query may hold a key."""
    answers: list[Callable[[SourcesServer], Any]] = [
        lambda _: says(b"hush", 403),
        lambda _: says(b"", 500),
        lambda server: server.hang,
        lambda _: redirects("/?key=hush"),
        lambda _: cut_off(b"x" * 100),
        lambda _: redirects("http://hush.invalid:99999999/"),
    ]
    async with SourcesServer() as server, client(timeout=0.1) as asking:
        for answer in answers:
            server.then(answer(server))
            with pytest.raises(SourceError) as raised:
                await asking.get(f"{server.url}/?key=hush", {"token": "hush"}, secrets=SECRET)
            assert "hush" not in f"{raised.value!r} {raised.value}"
            assert raised.value.__cause__ is None
        assert "hush" not in repr(asking)


@pytest.mark.parametrize("body", [None, b"", b"null", b'"x"', b"[1]"])
def test_json_is_what_it_is(body: bytes | None) -> None:
    """Nothing is null."""
    assert Response(body, {}, "").json() in (None, "x", [1])


@pytest.mark.parametrize("body", [b"<html>", b"{", b"\xff\xfe", b"[" * 100_000, b"\x1b]0;owned\x07"])
def test_what_is_no_json_is_shown_in_part_and_harmless(body: bytes) -> None:
    """The start of it, in ASCII."""
    with pytest.raises(SourceError, match="answers no JSON") as raised:
        Response(body, {}, "").json()

    assert str(raised.value).isascii()
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", MAX_RETRY_AFTER),
        (format_datetime(datetime(2026, 11, 28, 12, 2, tzinfo=UTC), usegmt=True), 120.0),
        (format_datetime(datetime(2026, 11, 28, 11, tzinfo=UTC), usegmt=True), 0.0),
        (format_datetime(datetime(2099, 1, 1, tzinfo=UTC), usegmt=True), MAX_RETRY_AFTER),
        ("Sat, 28 Nov 2026 12:02:00", 120.0),
        ("Sat, 28 Nov 2026 13:02:00 +0100", 120.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("١٢٠", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    """A day at most; what cannot be read asks for nothing."""
    assert retry_after(value, NOW) == seconds


@given(
    st.text()
    | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d{1,3}:\d{1,3}:\d{1,3} ([+-]\d{1,9}|GMT)?", fullmatch=True)
)
def test_retry_after_never_fails(value: str) -> None:
    """Whatever a header says."""
    assert 0.0 <= retry_after(value, NOW) <= MAX_RETRY_AFTER


async def test_an_answer_says_how_long_to_wait() -> None:
    """In the reason, too."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"", 429, {"retry-after": "120"}))
        with pytest.raises(SourceError, match="asks to wait 120 s") as raised:
            await asking.get(server.url)

    assert raised.value.retry_after == 120.0


async def test_what_did_not_change_has_no_body() -> None:
    """304 is an answer; its headers are found whatever their case."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"", 304, {"etag": '"a"'}))
        answer = await asking.get(server.url)

    assert (answer.body, answer.headers["ETag"]) == (None, '"a"')


async def test_a_client_must_be_entered() -> None:
    """It holds connections, which must be closed."""
    with pytest.raises(AssertionError, match="enter the client"):
        await PoliteClient(Budget(Limits(requests=1)), allow_private=True).get("http://127.0.0.1/")
