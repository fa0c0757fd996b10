"""A fake Slack that speaks HTTP and WebSocket: what Tocsin calls, Slack's limits, and faults on demand."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from aiohttp import web

from tocsin.demo.fake_slack.event_stream import EventStream
from tocsin.demo.fake_slack.faults import ApiError, Call, Fault, RateLimited
from tocsin.demo.fake_slack.files import Files
from tocsin.demo.fake_slack.messages import Conversations
from tocsin.demo.fake_slack.response_urls import ResponseUrls
from tocsin.demo.fake_slack.sockets import SocketModeServer
from tocsin.demo.fake_slack.user import FakeUser
from tocsin.demo.fake_slack.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from tocsin.demo.fake_slack.messages import Message

TOKEN: Final = "xoxb-test-secret-9d2f"  # noqa: S105  it opens nothing
APP_TOKEN: Final = "xapp-test-secret-7c1e"  # noqa: S105  likewise
SIGNING_SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105  likewise
METHODS: Final = ("chat.postMessage", "chat.update")
SERVER_ERROR: Final = 500
OK: Final = 200


@dataclass
class FakeSlack:
    """Slack's Web API, Socket Mode and files on a local port, with channels, modals and Home tabs in memory.

    Two posts in one channel need `min_interval` seconds between them, else 429; 0 switches that off. Each of `faults`
    hits one request of the `faulty` methods; `outage` hits all of them as long as it is set.
    """

    min_interval: float = 0.0
    channels: dict[str, str] = field(default_factory=lambda: {"C0000001": "alerts", "C0000002": "press"})
    groups: dict[str, list[str]] = field(default_factory=dict)  # user group → its members
    users: dict[str, str] = field(default_factory=dict)  # user → name shown
    token_error: str = ""  # what every method answers, such as token_revoked
    absent: set[str] = field(default_factory=set)  # channels that the app is not in
    archived: set[str] = field(default_factory=set)
    dnd: dict[str, tuple[int, int]] = field(default_factory=dict)  # user → do-not-disturb from when to when, s
    missing_scopes: set[str] = field(default_factory=set)
    faults: deque[Fault] = field(default_factory=deque)
    faulty: tuple[str, ...] = METHODS
    outage: Fault | None = None
    calls: list[Call] = field(default_factory=list)
    routes: list[web.RouteDef] = field(default_factory=list)  # served besides, such as a page
    _runner: web.AppRunner | None = None
    _port: int = 0

    def __post_init__(self) -> None:
        self.events = EventStream()
        self.files = Files(missing_scopes=self.missing_scopes)
        self.conversations = Conversations(
            self.channels, self.events, self.files, self.min_interval, self.absent, self.archived, self.missing_scopes
        )
        self.views = Views(self.events)
        self.response_urls = ResponseUrls(self.events, self.conversations)
        self.socket_mode = SocketModeServer()
        self._served: dict[str, Callable[[Call], dict[str, Any]]] = {
            "apps.connections.open": lambda _: {"url": f"ws://127.0.0.1:{self._port}/socket"},
            "auth.test": lambda _: {"team": "Test", "user": "tocsin", "user_id": "U0TOCSIN", "bot_id": "B0TOCSIN"},
            "chat.postMessage": self.conversations.post,
            "chat.update": self.conversations.update,
            "chat.delete": self.conversations.delete,
            "conversations.history": self.conversations.history,
            "conversations.replies": self.conversations.thread,
            "conversations.list": self.conversations.index,
            "usergroups.users.list": self._members,
            "usergroups.list": self._groups_index,
            "users.info": self._person,
            "dnd.teamInfo": self._paused,
            "views.open": self.views.open,
            "views.push": self.views.push,
            "views.update": self.views.update,
            "views.publish": self.views.publish,
            "files.getUploadURLExternal": self.files.begin,
            "files.completeUploadExternal": self.files.complete,
            "files.info": self.files.info,
            "files.delete": self.files.delete,
        }

    @property
    def address(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Return the base URL of the Web API."""
        return f"{self.address}/api/"

    @property
    def messages(self) -> dict[str, list[Message]]:
        """Return the messages of each channel, the oldest first."""
        return self.conversations.messages

    @property
    def sockets(self) -> list[web.WebSocketResponse]:
        """Return the open Socket Mode connections."""
        return self.socket_mode.open

    @property
    def acked(self) -> list[tuple[str, float]]:
        """Return the envelopes acknowledged, with time.monotonic() of each."""
        return self.socket_mode.acked

    @property
    def ephemeral_texts(self) -> list[str]:
        """Return the texts of ephemeral messages."""
        return [one.text for one in self.response_urls.replies]

    @property
    def response_url(self) -> str:
        """Return a new response URL that belongs to no user."""
        return self.create_response_url()

    async def start(self, port: int = 0) -> Self:
        """Listen; the same port again after `stop` if it is given."""
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/socket", self.socket_mode.listen)
        app.router.add_post("/response/{name}", self._answered)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files/{file}", self._download)
        app.router.add_routes(self.routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001  nowhere else
        self.files.base = self.address
        return self

    async def stop(self) -> int:
        """Close; connections are refused from now on. Return the port."""
        self.events.close()
        if self._runner is not None:
            await self._runner.cleanup()
        return self._port

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def roots(self, channel: str = "C0000001") -> list[Message]:
        """Return the messages of a channel without replies, the oldest first."""
        return self.conversations.roots(channel)

    def replies(self, ts: str, channel: str = "C0000001") -> list[Message]:
        """Return the replies in a thread, the oldest first."""
        return self.conversations.replies(ts, channel)

    def called(self, method: str) -> list[Call]:
        """Return the requests of a method in their order."""
        return [call for call in self.calls if call.method == method]

    def user(self, user: str) -> FakeUser:
        """Return a user who can click, choose, submit and type."""
        return FakeUser(self, user)

    def create_response_url(self, user: str = "", channel: str = "", ts: str = "") -> str:
        """Return a new response URL for a user's click or command."""
        return f"{self.address}/response/{self.response_urls.create(user, channel, ts)}"

    async def send(self, kind: str, payload: dict[str, Any], envelope: str = "") -> str:
        """Send an envelope to one of the connections, as Slack does; return its id."""
        return await self.socket_mode.send(kind, payload, envelope)

    def card_click(self, action_id: str, user: str, *, option: str = "", block_id: str = "") -> dict[str, Any]:
        """Return the payload of a click on the latest card with buttons, or on the card `block_id`."""
        return self.user(user).card_click(action_id, option, block_id)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        call = Call(method, await _body(request), time.monotonic(), peer=_peer(request))
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
            if fault.accept and fault.status != OK:
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
        try:
            return _reply(OK, {"ok": True} | self._method(request, call.method)(call))
        except ApiError as refused:
            call.error = refused.error
            return _reply(OK, {"ok": False, "error": refused.error} | refused.more)
        except RateLimited as limited:
            call.error = "ratelimited"
            return _reply(429, {"ok": False, "error": "ratelimited"}, limited.retry_after)

    def _method(self, request: web.Request, name: str) -> Callable[[Call], dict[str, Any]]:
        token = APP_TOKEN if name == "apps.connections.open" else TOKEN
        if request.headers.get("Authorization") != f"Bearer {token}":
            raise ApiError("invalid_auth")
        if self.token_error:
            raise ApiError(self.token_error)
        if name not in self._served:
            raise ApiError("unknown_method")
        return self._served[name]

    def _members(self, call: Call) -> dict[str, Any]:
        members = self.groups.get(str(call.body.get("usergroup")))
        if members is None:
            raise ApiError("no_such_subteam")
        return {"users": members}

    def _groups_index(self, call: Call) -> dict[str, Any]:
        del call
        return {"usergroups": [{"id": group, "name": self.users.get(group, group)} for group in self.groups]}

    def _person(self, call: Call) -> dict[str, Any]:
        if "users:read" in self.missing_scopes:
            raise ApiError("missing_scope", needed="users:read")
        user = str(call.body.get("user"))
        if user not in self.users:
            raise ApiError("user_not_found")
        return {"user": {"id": user, "profile": {"display_name": self.users[user], "real_name": self.users[user]}}}

    def _paused(self, call: Call) -> dict[str, Any]:
        if "dnd:read" in self.missing_scopes:
            raise ApiError("missing_scope", needed="dnd:read")
        asked = str(call.body.get("users", "")).split(",")
        hours = {one: self.dnd.get(one, (1, 1)) for one in asked}
        return {
            "users": {
                one: {"dnd_enabled": one in self.dnd, "next_dnd_start_ts": start, "next_dnd_end_ts": end}
                for one, (start, end) in hours.items()
            }
        }

    async def _answered(self, request: web.Request) -> web.Response:
        error = self.response_urls.respond(request.match_info["name"], await request.json())
        return web.json_response({"ok": False, "error": error}, status=404) if error else web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.Response:
        taken = self.files.receive(request.match_info["file"], await request.read())
        return web.Response(text="OK") if taken else web.Response(status=400, text="wrong length")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.files.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type="image/png", headers={"Cache-Control": "no-store"})


def _reply(status: int, answer: dict[str, Any], retry_after: float | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    if status >= SERVER_ERROR:
        return web.Response(status=status, text="upstream connect error", content_type="text/html", headers=headers)
    return web.json_response(answer, status=status, headers=headers)


def _peer(request: web.Request) -> tuple[str, int]:
    address = request.transport.get_extra_info("peername") if request.transport else None
    return (str(address[0]), int(address[1])) if address else ("", 0)


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the arguments from the query, the form or the JSON body; structured form fields are JSON."""
    given: dict[str, Any] = dict(request.query)
    raw = await request.read()
    if raw and request.content_type == "application/json":
        return given | dict(json.loads(raw))
    if raw:
        given |= dict(await request.post())
    structured = ("blocks", "metadata", "view", "files")
    return given | {name: json.loads(given[name]) for name in structured if isinstance(given.get(name), str)}
