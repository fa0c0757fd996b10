"""A stand-in for Slack that speaks HTTP: the methods Tocsin calls, Slack's documented limits, and faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import web

from tests.support.block_kit import complaint

TOKEN: Final = "xoxb-test-secret-9d2f"
APP_TOKEN: Final = "xapp-test-secret-7c1e"
SIGNING_SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"
METHODS: Final = ("chat.postMessage", "chat.update")


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of, or after, its being served.

    `accept`: the message is taken all the same, only the answer is lost; `late`: it is taken after the wait.
    """

    status: int = 200
    error: str = ""
    retry_after: float | None = None
    wait: float = 0.0  # seconds before anything is answered
    drop: bool = False  # the connection is closed without an answer
    accept: bool = False
    late: bool = False  # accepted, but only after the wait


@dataclass
class Call:
    """One request as it came in."""

    method: str
    body: dict[str, Any]
    arrived: float  # time.monotonic()
    status: int = 0
    error: str = ""
    peer: tuple[str, int] = ("", 0)  # the caller's end of the connection


@dataclass
class FakeSlack:
    """Channels with their messages, served on a local port.

    `pace` seconds must lie between two posts in one channel, else 429; 0 switches that off. `faults` are used up by the
    requests of `faulty` methods, one each; `outage` meets all of them as long as it is set.
    """

    pace: float = 0.0
    channels: dict[str, str] = field(default_factory=lambda: {"C0000001": "alerts", "C0000002": "press"})
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)  # user group → its members
    whispers: list[str] = field(default_factory=list)  # what people were told for their eyes only
    sockets: list[web.WebSocketResponse] = field(default_factory=list)  # open, of Socket Mode
    acked: list[tuple[str, float]] = field(default_factory=list)  # envelope, time.monotonic()
    faults: deque[Fault] = field(default_factory=deque)
    faulty: tuple[str, ...] = METHODS
    outage: Fault | None = None
    missing_scopes: tuple[str, ...] = ()
    _posted: dict[str, float] = field(default_factory=dict)
    _serial: int = 0
    _runner: web.AppRunner | None = None
    _port: int = 0

    @property
    def url(self) -> str:
        """Return the base URL of the Web API."""
        return f"http://127.0.0.1:{self._port}/api/"

    async def start(self, port: int = 0) -> Self:
        """Listen; the same port again after `stop` if it is given."""
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/socket", self._listen)
        app.router.add_post("/response/{name}", self._whisper)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return self

    async def stop(self) -> int:
        """Close; connections are refused from now on. Return the port."""
        if self._runner is not None:
            await self._runner.cleanup()
        return self._port

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def roots(self, channel: str = "C0000001") -> list[dict[str, Any]]:
        """Return the messages of a channel that are no replies, the oldest first."""
        return [m for m in self.messages.get(channel, []) if "thread_ts" not in m]

    def replies(self, ts: str, channel: str = "C0000001") -> list[dict[str, Any]]:
        """Return the replies in a thread, the oldest first."""
        return [m for m in self.messages.get(channel, []) if m.get("thread_ts") == ts]

    def called(self, method: str) -> list[Call]:
        """Return the requests of a method in their order."""
        return [call for call in self.calls if call.method == method]

    @property
    def response_url(self) -> str:
        """Return where the answer to a tap or a command goes."""
        return f"http://127.0.0.1:{self._port}/response/1"

    async def send(self, kind: str, payload: dict[str, Any], envelope: str = "") -> str:
        """Send an envelope to one of those who listen, as Slack does; return its id."""
        envelope = envelope or f"envelope-{len(self.acked)}-{time.monotonic_ns()}"
        await self.sockets[-1].send_json(
            {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
        )
        return envelope

    def tap(self, action_id: str, user: str, *, option: str = "", block_id: str = "") -> dict[str, Any]:
        """Return the payload of a tap on the latest card that has buttons, or on the card `block_id`."""
        rows = [b for m in self.roots() for b in m.get("blocks", []) if b["type"] == "actions"]
        action = {"action_id": action_id, "block_id": block_id or rows[-1]["block_id"]}
        chosen = {"selected_option": {"value": option}} if option else {}
        return {
            "type": "block_actions",
            "user": {"id": user},
            "actions": [action | chosen],
            "response_url": self.response_url,
        }

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        async for message in socket:
            with contextlib.suppress(ValueError, TypeError):
                self.acked.append((json.loads(message.data)["envelope_id"], time.monotonic()))
        self.sockets.remove(socket)
        return socket

    async def _whisper(self, request: web.Request) -> web.Response:
        self.whispers.append((await request.json())["text"])
        return web.Response(text="ok")

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        arrived = time.monotonic()
        method = request.match_info["method"]
        call = Call(method, await _body(request), arrived, peer=_peer(request))
        self.calls.append(call)
        fault = self._fault(method)
        if fault is None or fault.accept:
            answer = self._answer(request, call)
        else:
            answer = _reply(fault.status, {"ok": False, "error": fault.error or "fatal_error"}, fault.retry_after)
        if fault is not None:
            await asyncio.sleep(fault.wait)
            if fault.late:
                answer = self._answer(request, call)
            if fault.drop and request.transport is not None:
                request.transport.abort()
            if fault.accept and fault.status != 200:
                answer = _reply(fault.status, {"ok": False, "error": fault.error}, fault.retry_after)
        call.status = answer.status
        return answer

    def _fault(self, method: str) -> Fault | None:
        if method not in self.faulty:
            return None
        if self.outage is not None:
            return self.outage
        return self.faults.popleft() if self.faults else None

    def _answer(self, request: web.Request, call: Call) -> web.Response:
        served = {
            "auth.test": self._auth,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
            "usergroups.users.list": self._members,
        }
        if call.method == "apps.connections.open":
            return self._connect(request, call)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._no(call, "invalid_auth")
        if call.method not in served:
            return self._no(call, "unknown_method")
        return served[call.method](call)

    def _connect(self, request: web.Request, call: Call) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return self._no(call, "invalid_auth")
        return _reply(200, {"ok": True, "url": f"ws://127.0.0.1:{self._port}/socket"})

    def _members(self, call: Call) -> web.Response:
        members = self.groups.get(str(call.body.get("usergroup")))
        return self._no(call, "no_such_subteam") if members is None else _reply(200, {"ok": True, "users": members})

    def _no(self, call: Call, error: str, **more: Any) -> web.Response:
        call.error = error
        return _reply(200, {"ok": False, "error": error} | more)

    def _auth(self, _call: Call) -> web.Response:
        return _reply(200, {"ok": True, "team": "Test", "user": "tocsin"})

    def _post(self, call: Call) -> web.Response:
        body = call.body
        channel = self._channel(body.get("channel", ""))
        if channel is None:
            return self._no(call, "channel_not_found")
        early = self._posted.get(channel, float("-inf")) + self.pace - call.arrived
        if self.pace and early > 0:
            call.error = "ratelimited"
            return _reply(429, {"ok": False, "error": "ratelimited"}, max(1, round(early + 0.5)))
        error = complaint(body)
        if error:
            return self._no(call, error)
        self._posted[channel] = call.arrived
        self._serial += 1
        kept = ("text", "blocks", "metadata", "thread_ts")
        message = {"ts": f"{time.time_ns() // 10**9}.{self._serial:06d}"} | {k: body[k] for k in kept if k in body}
        self.messages.setdefault(channel, []).append(message)
        return _reply(200, {"ok": True, "channel": channel, "ts": message["ts"], "message": message})

    def _update(self, call: Call) -> web.Response:
        body = call.body
        if body.get("channel") not in self.channels:
            return self._no(call, "channel_not_found")
        error = complaint(body)
        if error:
            return self._no(call, error)
        for message in self.messages.get(body["channel"], []):
            if message["ts"] == body.get("ts"):
                message.update({k: body[k] for k in ("text", "blocks", "metadata") if k in body})
                return _reply(200, {"ok": True, "channel": body["channel"], "ts": message["ts"]})
        return self._no(call, "message_not_found")

    def _delete(self, call: Call) -> web.Response:
        kept = self.messages.get(call.body["channel"], [])
        left = [message for message in kept if message["ts"] != call.body["ts"]]
        self.messages[call.body["channel"]] = left
        return _reply(200, {"ok": True}) if len(left) < len(kept) else self._no(call, "message_not_found")

    def _history(self, call: Call) -> web.Response:
        if "channels:history" in self.missing_scopes:
            return self._no(call, "missing_scope", needed="channels:history")
        if call.body.get("channel") not in self.channels:
            return self._no(call, "channel_not_found")
        oldest = float(call.body.get("oldest", 0))
        found = [m for m in self.roots(call.body["channel"]) if float(m["ts"]) > oldest]
        return _page(found[::-1], call, "messages")

    def _replies(self, call: Call) -> web.Response:
        found = [m for m in self.roots(call.body["channel"]) if m["ts"] == call.body["ts"]]
        return _page(found + self.replies(call.body["ts"], call.body["channel"]), call, "messages")

    def _list(self, call: Call) -> web.Response:
        return _page([{"id": key, "name": name} for key, name in self.channels.items()], call, "channels")

    def _channel(self, given: str) -> str | None:
        by_name = {name: key for key, name in self.channels.items()}
        return given if given in self.channels else by_name.get(given.removeprefix("#"))


def _page(found: list[dict[str, Any]], call: Call, key: str) -> web.Response:
    """Answer one page of a list; metadata only where it is asked for."""
    start, limit = int(call.body.get("cursor") or 0), int(call.body.get("limit", 100))
    bare = call.body.get("include_all_metadata") not in ("1", "true", True)
    shown = [{k: v for k, v in one.items() if not (bare and k == "metadata")} for one in found[start : start + limit]]
    following = str(start + limit) if start + limit < len(found) else ""
    return _reply(200, {"ok": True, key: shown, "response_metadata": {"next_cursor": following}})


def _reply(status: int, answer: dict[str, Any], retry_after: float | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    if status >= 500:
        return web.Response(status=status, text="upstream connect error", content_type="text/html", headers=headers)
    return web.json_response(answer, status=status, headers=headers)


def _peer(request: web.Request) -> tuple[str, int]:
    address = request.transport.get_extra_info("peername") if request.transport else None
    return (str(address[0]), int(address[1])) if address else ("", 0)


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the arguments, from the query or the JSON body."""
    given: dict[str, Any] = dict(request.query)
    raw = await request.read()
    if raw and request.content_type == "application/json":
        given |= json.loads(raw)
    elif raw:
        given |= dict(await request.post())
    return given
