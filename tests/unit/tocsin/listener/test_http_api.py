"""Who may send mentions over HTTP, what is taken, and is it taken once?"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tocsin.listener.http_api import MAX_BODY, MAX_LINES, MAX_WAITING, TOLERANCE, build_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from aiohttp import ClientResponse

NOW = 1_795_867_200_000
TOKEN = "let-me-in"
KEY = b"0123456789abcdef01234567"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Sent:
    """Takes what goes to Kafka; waits while `open` is clear, and fails while there are `errors`."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes]] = []
        self.calls = 0
        self.errors: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()
        self._awaited = 1
        self._reached = asyncio.Event()

    async def until(self, calls: int) -> None:
        """Return once it was called so often."""
        self._awaited = calls
        if self.calls < calls:
            self._reached.clear()
            await self._reached.wait()

    async def __call__(self, source: str, records: Sequence[bytes]) -> int | None:
        """Take records."""
        self.calls += 1
        if self.calls >= self._awaited:
            self._reached.set()
        await self.open.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.records += [(source, record) for record in records]
        return len(self.records)

    @property
    def ids(self) -> list[Any]:
        """Return the ids of the mentions."""
        return [json.loads(record)["id"] for _, record in self.records]


@pytest.fixture
async def sent() -> Sent:
    """Return where mentions go."""
    return Sent()


@pytest.fixture
async def api(sent: Sent) -> AsyncIterator[TestClient[Any, Any]]:
    """Serve the endpoint."""
    async with TestClient(TestServer(build_api(sent, TOKEN, SECRET, lambda: NOW))) as client:
        yield client


def mention(name: object, **fields: Any) -> dict[str, Any]:
    """Return a mention."""
    return {"id": name, "text": "Acme is down", "published_at": NOW - 1, "channel": "crm", "brand": "Acme"} | fields


async def post(api: TestClient[Any, Any], body: object, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Post a body, as JSON unless it is bytes, and return status and answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer: ClientResponse = await api.post("/v1/mentions", data=raw, headers=BEARER if headers is None else headers)
    return answer.status, await answer.json() if answer.content_type == "application/json" else None


def signed(
    body: bytes, key: bytes = KEY, name: str = "msg_1", at: int = NOW // 1000, version: str = "v1"
) -> dict[str, str]:
    """Return the headers of Standard Webhooks."""
    mac = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"{version},{base64.b64encode(mac).decode()}"
    return {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": signature}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([mention(1), mention(2)]).encode(),
        json.dumps([mention(1), mention(2)], indent=2).encode(),
        b"\n".join(json.dumps(mention(n)).encode() for n in (1, 2)) + b"\n\n",
        b"\r\n".join(json.dumps(mention(n)).encode() for n in (1, 2)),
        b"  [" + json.dumps(mention(1)).encode() + b" ,\n" + json.dumps(mention(2)).encode() + b"]",
    ],
)
async def test_an_array_and_json_lines_are_taken(api: TestClient[Any, Any], sent: Sent, body: bytes) -> None:
    """However they are written; each is a record of its own, under its brand's name."""
    assert await post(api, body) == (202, {"accepted": 2, "rejected": 0, "reasons": []})
    assert (sent.ids, {source for source, _ in sent.records}) == ([1, 2], {"Acme"})


@pytest.mark.parametrize("indent", [None, 2])
async def test_one_object_is_taken(api: TestClient[Any, Any], sent: Sent, indent: int | None) -> None:
    """On one line or several."""
    assert (await post(api, json.dumps(mention(1), indent=indent).encode()))[0] == 202
    assert sent.ids == [1]


async def test_the_lines_that_are_rejected_are_named(api: TestClient[Any, Any], sent: Sent) -> None:
    """With their number, counted from 1, and each reason; the others are taken."""
    late = mention(3, published_at=NOW + 86_400_000)
    status, answer = await post(api, [mention(1), {"id": 2}, late, "x"])

    assert (status, answer["accepted"], answer["rejected"]) == (202, 1, 3)
    assert [reason["line"] for reason in answer["reasons"]] == [2, 3, 4]
    assert "text" in " ".join(answer["reasons"][0]["reasons"])
    assert "ahead of its arrival" in answer["reasons"][1]["reasons"][0]
    assert sent.ids == [1]


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"[]", b"null", b"{", b"[1, 2]", b"[{}", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"hello"],
)
async def test_nothing_is_sent_when_all_are_bad(api: TestClient[Any, Any], sent: Sent, body: bytes) -> None:
    """400, with reasons."""
    status, answer = await post(api, body)

    assert (status, answer["accepted"], sent.calls) == (400, 0, 0)
    assert answer["reasons"][0]["reasons"]


async def test_reasons_are_shown_up_to_a_bound(api: TestClient[Any, Any]) -> None:
    """All are counted."""
    status, answer = await post(api, b"x\n" * 1_000)

    assert (status, answer["rejected"], len(answer["reasons"])) == (400, 1_000, 50)


async def test_what_is_too_large_is_refused(api: TestClient[Any, Any], sent: Sent) -> None:
    """By its bytes, packed or not, and by its lines."""
    packed = await api.post(
        "/v1/mentions", data=gzip.compress(b" " * 50 * MAX_BODY), headers=BEARER | {"Content-Encoding": "gzip"}
    )
    for status, answer in (await post(api, b" " * (MAX_BODY + 1)), await post(api, b"1\n" * (MAX_LINES + 1))):
        assert (status, "send several" in answer["error"]) == (413, True)
    assert packed.status == 413
    assert sent.calls == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"webhook-id": "a", "webhook-timestamp": "9" * 500, "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": "١٢", "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": "soon", "webhook-signature": ""},
    ],
)
async def test_a_stranger_is_refused(api: TestClient[Any, Any], sent: Sent, headers: dict[str, str]) -> None:
    """The answer says what to show."""
    status, answer = await post(api, mention(1), headers)

    assert status == 401
    assert "Authorization: Bearer" in answer["error"]
    assert sent.calls == 0


@pytest.mark.parametrize(
    "headers",
    [
        b"Authorization: Bearer \xff\xfe\r\n",
        b"webhook-id: \xff\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,x\r\n" % (NOW // 1000),
        b"webhook-id: a\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,\xff\r\n" % (NOW // 1000),
    ],
)
async def test_headers_that_are_no_text_are_wrong_and_break_nothing(api: TestClient[Any, Any], headers: bytes) -> None:
    """No client sends them by accident."""
    reader, writer = await asyncio.open_connection(api.host, api.port)
    writer.write(
        b"POST /v1/mentions HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n" + headers + b"\r\n"
    )
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 401")


BODY = json.dumps(mention(1)).encode()


async def test_a_signature_is_enough(api: TestClient[Any, Any], sent: Sent) -> None:
    """Alone, or among those of other keys and versions."""
    headers = signed(BODY)
    assert (await post(api, BODY, headers))[0] == 202

    several = signed(BODY, name="msg_2")
    several["webhook-signature"] = f"v1a,zzz v1,{'A' * 44} {several['webhook-signature']}"
    assert (await post(api, BODY, several))[0] == 202
    assert sent.ids == [1, 1]


@pytest.mark.parametrize("off", [-TOLERANCE, TOLERANCE])
async def test_a_signature_counts_for_five_minutes(api: TestClient[Any, Any], off: int) -> None:
    """Before and after."""
    assert (await post(api, BODY, signed(BODY, at=(NOW + off) // 1000)))[0] == 202
    assert (await post(api, BODY, signed(BODY, at=(NOW + 2 * off) // 1000)))[0] == 401


@pytest.mark.parametrize(
    "headers",
    [
        signed(b"another body"),
        signed(BODY, key=b"another key"),
        signed(BODY, version="v2"),
        signed(BODY) | {"webhook-id": "msg_2"},
        signed(BODY) | {"webhook-timestamp": str(NOW // 1000 + 1)},
        signed(BODY) | {"webhook-signature": ""},
        {name: value for name, value in signed(BODY, name="").items() if name != "webhook-id"},
    ],
)
async def test_a_signature_of_something_else_is_none(
    api: TestClient[Any, Any], sent: Sent, headers: dict[str, str]
) -> None:
    """Body, id and time are signed."""
    assert (await post(api, BODY, headers))[0] == 401
    assert sent.calls == 0


async def test_a_secret_without_its_prefix_is_taken_as_it_is() -> None:
    """And without a token, no token is right, not even an empty one."""
    sent = Sent()
    async with TestClient(TestServer(build_api(sent, "", "plain secret", lambda: NOW))) as api:
        assert (await post(api, BODY, signed(BODY, key=b"plain secret")))[0] == 202
        assert (await post(api, BODY, {"Authorization": "Bearer "}))[0] == 401


def test_there_is_no_endpoint_for_everybody() -> None:
    """The error names what to set."""
    with pytest.raises(ValueError, match="TOCSIN_LISTEN_TOKEN or TOCSIN_LISTEN_SECRET"):
        build_api(Sent(), "", "")


@pytest.mark.parametrize("header", ["Idempotency-Key", "webhook-id"])
async def test_a_key_that_comes_again_is_answered_as_before(api: TestClient[Any, Any], sent: Sent, header: str) -> None:
    """And sends nothing again; another key does, and so does none."""
    answers = [await post(api, body, BEARER | {header: "a"}) for body in (mention(1), mention(1), mention(2))]
    await post(api, mention(3), BEARER | {header: "b"})
    await post(api, mention(4))
    await post(api, mention(4))

    assert answers == [(202, {"accepted": 1, "rejected": 0, "reasons": []})] * 3
    assert sent.ids == [1, 3, 4, 4]


async def test_keys_that_come_at_the_same_time_send_once(api: TestClient[Any, Any], sent: Sent) -> None:
    """The others wait for the first."""
    sent.open.clear()
    requests = [asyncio.create_task(post(api, mention(1), BEARER | {"Idempotency-Key": "a"})) for _ in range(5)]
    await sent.until(1)
    sent.open.set()

    assert {status for status, _ in await asyncio.gather(*requests)} == {202}
    assert sent.ids == [1]


async def test_an_error_of_kafka_leaves_no_answer_remembered(api: TestClient[Any, Any], sent: Sent) -> None:
    """Of those that wait one tries again, and only one, although others come in between."""
    sent.errors = [RuntimeError("no broker"), RuntimeError("no broker")]
    sent.open.clear()
    requests = [asyncio.create_task(post(api, mention(1), BEARER | {"Idempotency-Key": "a"})) for _ in range(6)]
    await sent.until(1)
    sent.open.set()
    requests += [asyncio.create_task(post(api, mention(1), BEARER | {"Idempotency-Key": "a"})) for _ in range(6)]

    assert sorted(status for status, _ in await asyncio.gather(*requests)) == [202] * 10 + [500] * 2
    assert sent.ids == [1]


async def test_too_many_that_wait_are_asked_to_come_again(api: TestClient[Any, Any], sent: Sent) -> None:
    """Strangers hold no place; once Kafka is back everything is taken."""
    sent.open.clear()
    requests = [asyncio.create_task(post(api, mention(number))) for number in range(MAX_WAITING)]
    await sent.until(MAX_WAITING)
    refused = await api.post("/v1/mentions", json=mention(99), headers=BEARER)
    stranger = await api.post("/v1/mentions", json=mention(99))
    sent.open.set()
    taken = await asyncio.gather(*requests)

    assert (refused.status, refused.headers["Retry-After"], stranger.status) == (429, "5", 401)
    assert {status for status, _ in taken} == {202}
    assert sorted(sent.ids) == list(range(MAX_WAITING))
    assert (await post(api, mention(100)))[0] == 202


async def test_it_is_alive(api: TestClient[Any, Any]) -> None:
    """For the one that watches the process."""
    answer = await api.get("/livez")

    assert (answer.status, await answer.json()) == (200, {"ok": True, "reasons": []})
    assert (await api.get("/readyz")).status == 200
    assert (await api.get("/v1/mentions")).status == 405
