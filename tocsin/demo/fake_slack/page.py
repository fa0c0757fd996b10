"""Page of the fake Slack: draws the workspace live, as Slack would, and its buttons work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from tocsin.demo.fake_slack.sockets import NotAcknowledged

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.server import FakeSlack
    from tocsin.demo.fake_slack.user import FakeUser

KINDS: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
NO_RESPONSE: Final = "Tocsin did not respond in time. Is the app running?"


@dataclass
class SlackPage:
    """The page of one user, `me`; add `routes` to a fake Slack before it starts."""

    slack: FakeSlack
    me: str
    team: str
    group_names: dict[str, str]
    viewers: int = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/", self._file),
            web.get("/page/{name}", self._file),
            web.get("/live", self._live),
            web.post("/do", self._do),
        ]

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        file = resources.files("tocsin.demo.fake_slack") / "templates" / name
        if "/" in name or not file.is_file():
            return web.Response(status=404)
        return web.Response(text=file.read_text(encoding="utf-8"), content_type=KINDS[name.rpartition(".")[2]])

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Send the whole state, then each change."""
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await answer.prepare(request)
        self.viewers += 1
        try:
            with self.slack.events.subscribe() as queue:
                event = self._all()
                while event["kind"] != "end":
                    await _send(answer, event)
                    event = await queue.get()
        except ConnectionResetError:
            pass
        finally:
            self.viewers -= 1
        return answer

    def _all(self) -> dict[str, Any]:
        slack = self.slack
        workspace = {"me": self.me, "team": self.team, "users": slack.users, "channels": slack.channels}
        return {
            "kind": "all",
            "workspace": workspace | {"groups": slack.groups, "groupNames": self.group_names},
            "messages": slack.messages,
            "ephemerals": [vars(one) for one in slack.response_urls.replies if one.user in ("", self.me)],
            "home": slack.views.homes.get(self.me),
            "modal": slack.views.top(self.me),
        }

    async def _do(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # what another site's form could not send unasked
            return web.Response(status=415)
        asked = await request.json()
        try:
            errors = await self._done(self.slack.user(self.me), asked)
        except NotAcknowledged:
            return web.json_response({"problem": NO_RESPONSE})
        except (LookupError, ValueError) as error:
            return web.json_response({"problem": str(error)})
        return web.json_response({"errors": errors})

    async def _done(self, person: FakeUser, asked: dict[str, Any]) -> dict[str, str]:
        """Perform an interaction of the page; return the errors of a modal's inputs."""
        match asked:
            case {"do": "tap", "action": action, "place": place, "block": block}:
                values = asked.get("values")
                await person.click(action, asked.get("value"), place=place, block_id=block, values=values)
            case {"do": "submit", "values": values}:
                return await person.submit(values)
            case {"do": "close"}:
                await person.close()
            case {"do": "home"}:
                await person.open_home()
            case {"do": "type", "channel": channel, "text": str(text)}:
                await self._type(person, channel, text)
            case _:
                raise ValueError("nothing that can be done here")
        return {}

    async def _type(self, person: FakeUser, channel: str, text: str) -> None:
        """Type a slash command, or post a plain message."""
        word, _, rest = text.partition(" ")
        if word == "/tocsin":
            await person.run_command(rest, channel)
        elif text.startswith("/"):
            raise ValueError(f"{word} is not a valid command. Try /tocsin help.")
        else:
            self.slack.conversations.add(channel, {"text": text, "user": self.me})


async def _send(answer: web.StreamResponse, event: dict[str, Any]) -> None:
    await answer.write(f"data: {json.dumps(event)}\n\n".encode())
