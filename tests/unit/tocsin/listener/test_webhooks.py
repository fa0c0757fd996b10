"""Webhooks of other systems: theirs become mentions, and nobody else's."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from mentions.model.decode import WireMention, decode_line
from tocsin.listener.http_api import build_api
from tocsin.listener.webhooks.endpoint import webhook_secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

NOW = 1_795_867_200_000
SECRET = "0123456789abcdef"
SECRETS = dict.fromkeys(("meta", "discourse", "coral", "trustpilot", "miniflux", "meta-verify"), SECRET)
PAGE = (Path(__file__).parents[4] / "docs" / "sources.md").read_text("utf-8")

FACEBOOK = {
    "object": "page",
    "entry": [
        {
            "id": "1",
            "time": 1,
            "changes": [
                {
                    "field": "feed",
                    "value": {
                        "item": "comment",
                        "verb": "add",
                        "comment_id": "9_1",
                        "post_id": "9",
                        "message": "Acme is late",
                        "created_time": NOW // 1000 - 60,
                        "from": {"id": "7", "name": "Ann"},
                    },
                },
                {"field": "feed", "value": {"item": "like", "verb": "add", "post_id": "9"}},
                {"field": "feed", "value": {"item": "comment", "verb": "remove", "comment_id": "9_2"}},
            ],
        }
    ],
}
INSTAGRAM = {
    "object": "instagram",
    "entry": [{"changes": [{"field": "comments", "value": {"id": "c", "text": "Acme!", "from": {"username": "b"}}}]}],
}
POST = {"id": 3, "post_number": 1, "topic_id": 8, "topic_title": "Late", "cooked": "<p>Acme</p>", "username": "ben"}
REVIEW = {"id": "r", "stars": 2, "title": "Bad", "text": "Acme", "createdAt": "2026-11-01T00:00:00Z", "consumer": {}}
MINIFLUX = {
    "event_type": "new_entries",
    "feed": {"title": "News"},
    "entries": [{"id": 5, "hash": "h5", "title": "Acme", "content": "<p>late</p>", "url": "https://n.example/5"}],
}
CORAL = {"action": "NEW", "comment": {"body": "<b>Acme</b> late"}, "author": {"id": "u"}, "story": {"id": "s"}}
CREATED = {"X-Discourse-Event": "post_created", "X-Discourse-Instance": "https://forum.example"}


class Sent:
    """Takes what goes to Kafka."""

    def __init__(self) -> None:
        self.mentions: list[dict[str, Any]] = []

    async def __call__(self, _: str, records: Sequence[bytes]) -> int | None:
        """Take records, each of which the score stage would take."""
        for record in records:
            assert isinstance(decode_line(record, NOW), WireMention)
            self.mentions.append(json.loads(record))
        return len(self.mentions)


@pytest.fixture
async def sent() -> Sent:
    """Return where mentions go."""
    return Sent()


@pytest.fixture
async def api(sent: Sent) -> AsyncIterator[TestClient[Any, Any]]:
    """Serve the endpoints."""
    app = build_api(sent, "a-token-of-some-length", "", lambda: NOW, webhooks=SECRETS)
    async with TestClient(TestServer(app)) as client:
        yield client


def signature(body: bytes) -> str:
    """Return the signature of a body."""
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


async def post(
    api: TestClient[Any, Any], name: str, event: Any, header: str = "", headers: dict[str, str] | None = None
) -> int:
    """Send a signed event, and return the status."""
    body = json.dumps(event).encode()
    marks = {header: f"sha256={signature(body)}"} if header else {}
    return (await api.post(f"/v1/webhooks/{name}", data=body, headers={**(headers or {}), **marks})).status


async def test_pages_and_instagram(api: TestClient[Any, Any], sent: Sent) -> None:
    """Comments and deletions; likes are no mentions."""
    assert await post(api, "meta?brand=Acme", FACEBOOK, "X-Hub-Signature-256") == 200
    assert await post(api, "meta", INSTAGRAM, "X-Hub-Signature-256") == 200
    comment, gone, photo = sent.mentions
    assert comment == {
        "id": "9_1",
        "text": "Acme is late",
        "published_at": NOW - 60_000,
        "channel": "facebook",
        "kind": "comment",
        "author": {"id": "7", "name": "Ann"},
        "thread": "9",
        "source": "webhook meta",
        "brand": "Acme",
    }
    assert (gone["id"], gone["deleted"]) == ("9_2", True)
    assert (photo["channel"], photo["text"]) == ("instagram", "Acme!")


@pytest.mark.parametrize(
    ("word", "mode", "status"), [(SECRET, "subscribe", 200), ("guess", "subscribe", 403), (SECRET, "other", 403)]
)
async def test_the_handshake_answers_who_knows_the_word(
    api: TestClient[Any, Any], word: str, mode: str, status: int
) -> None:
    """With the challenge, as it stands."""
    query = {"hub.mode": mode, "hub.verify_token": word, "hub.challenge": "4711"}
    answer = await api.get("/v1/webhooks/meta", params=query)
    assert answer.status == status
    assert (await answer.text() == "4711") is (status == 200)
    assert (await api.get("/v1/webhooks/discourse", params=query)).status == 403


async def test_discourse(api: TestClient[Any, Any], sent: Sent) -> None:
    """A post, its edit and its deletion have one id and channel, those of a source of the forum."""
    for kind in ("post_created", "post_edited", "post_destroyed"):
        event = {"post": POST}
        assert await post(api, "discourse", event, "X-Discourse-Event-Signature", CREATED | {"X-Discourse-Event": kind})
    assert {(one["id"], one["channel"]) for one in sent.mentions} == {("3", "forum.example")}
    first, edited, gone = sent.mentions
    assert (first["text"], first["title"], "revision" in first) == ("Late\nAcme", "Late", False)
    assert (edited["revision"], gone["deleted"]) == (NOW, True)


@pytest.mark.parametrize(
    ("text", "hold", "reason"),
    [
        ("Acme, somebody should burn down your offices", "high", "COMMENT_DETECTED_TOXIC"),
        ("Acme, you are a pathetic bunch of idiots", "high", ""),
        ("Acme, you are a pathetic bunch of idiots", "low", "COMMENT_DETECTED_TOXIC"),
        ("Acme was late", "low", ""),
    ],
)
async def test_coral_withholds_a_comment_that_is_severe_enough(
    api: TestClient[Any, Any], sent: Sent, text: str, hold: str, reason: str
) -> None:
    """And only where the address asks for it; the mention is taken either way."""
    event = {**CORAL, "comment": {"body": text}}
    body = json.dumps(event).encode()
    signed = {"X-Coral-Signature": signature(body)}
    answer = await api.post(f"/v1/webhooks/coral?hold={hold}", data=body, headers=signed)
    if reason:
        answered = await answer.json()
        assert answered == {"status": "SYSTEM_WITHHELD", "actions": [{"actionType": "FLAG", "reason": reason}]}
    else:
        assert answer.status == 204
    assert [one["text"] for one in sent.mentions] == [text]
    assert (await api.post("/v1/webhooks/coral?hold=x", data=body, headers=signed)).status == 400


async def test_coral_trustpilot_and_miniflux(api: TestClient[Any, Any], sent: Sent) -> None:
    """Coral is answered without a decision."""
    assert await post(api, "coral", CORAL, "X-Coral-Signature") == 204
    review = {"events": [{"eventName": "service-review-created", "eventData": REVIEW}]}
    assert await post(api, f"trustpilot?token={SECRET}", review) == 200
    assert await post(api, "miniflux", MINIFLUX, "X-Miniflux-Signature") == 200
    coral, trustpilot, miniflux = sent.mentions
    assert (coral["text"], coral["channel"], coral["thread"]) == ("Acme late", "coral", "s")
    assert (trustpilot["rating"], trustpilot["kind"], trustpilot["text"]) == (2, "review", "Bad\nAcme")
    assert (miniflux["id"], miniflux["channel"], miniflux["text"]) == ("h5", "News", "Acme\nlate")


@pytest.mark.parametrize(
    ("name", "event", "header"),
    [
        ("meta", FACEBOOK, "X-Hub-Signature-256"),
        ("discourse", {"post": POST}, "X-Discourse-Event-Signature"),
        ("coral", CORAL, "X-Coral-Signature"),
        ("miniflux", MINIFLUX, "X-Miniflux-Signature"),
        ("trustpilot?token=guess", {"events": []}, ""),
    ],
)
async def test_what_is_not_genuine_is_refused(
    api: TestClient[Any, Any], sent: Sent, name: str, event: Any, header: str
) -> None:
    """Unsigned, or signed for another body; one of several signatures is enough."""
    assert await post(api, name, event) == 401
    if header:
        body = json.dumps(event).encode()
        for given, status in ((signature(b"x"), 401), (f"sha256={signature(b'x')},sha256={signature(body)}", 20)):
            answer = await api.post(f"/v1/webhooks/{name}", data=body, headers={header: given} | CREATED)
            assert str(answer.status).startswith(str(status))
    assert len(sent.mentions) == (0 if not header else 2 if name == "meta" else 1)


async def test_an_unknown_webhook_and_nonsense_are_refused(api: TestClient[Any, Any], sent: Sent) -> None:
    """A system without a secret is not there."""
    assert await post(api, "other", {}) == 404
    assert await post(api, "meta", [1], "X-Hub-Signature-256") == 400
    assert await post(api, "miniflux", {"event_type": "new_entries"}, "X-Miniflux-Signature") == 400
    assert sent.mentions == []


@pytest.mark.parametrize(
    ("setting", "reason"), [("other=0123456789abcdef", "none of"), ("meta=short", "fewer than 16"), ("meta", "fewer")]
)
def test_a_wrong_setting_is_named(setting: str, reason: str) -> None:
    """By the name, never by the secret."""
    assert webhook_secrets(f"meta={SECRET}, discourse={SECRET}") == {"meta": SECRET, "discourse": SECRET}
    with pytest.raises(ValueError, match=reason):
        webhook_secrets(setting)


def block(language: str, after: str = "### Recipes") -> str:
    """Return the first block of a language after a heading of the page."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.split(after)[1], re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("tool", ["curl", "python", "node"])
async def test_the_recipes_send_mentions(api: TestClient[Any, Any], sent: Sent, tool: str, tmp_path: Path) -> None:
    """As they stand on the page, but for the address."""
    base = str(api.make_url("")).rstrip("/")
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    if tool == "curl":
        text = block("sh", "## Mentions over HTTP")
        command = ["sh", "-c", text[text.index("curl") :].replace("http://127.0.0.1:8090", base)]
    else:
        script = tmp_path / ("recipe.py" if tool == "python" else "recipe.mjs")
        script.write_text(block("python" if tool == "python" else "js").replace("http://127.0.0.1:8090", base))
        command = [sys.executable if tool == "python" else tool, str(script)]
    environment = os.environ | {"TOCSIN_LISTEN_TOKEN": "a-token-of-some-length"}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(240):
        output, _ = await process.communicate()
    assert b"202" in output or b'"accepted": 1' in output
    assert len(sent.mentions) == 1


def test_the_recipes_of_other_tools_have_the_shape_of_a_mention() -> None:
    """Vector sends lines below the limit; n8n fills the required fields."""
    sink = tomllib.loads(block("toml"))["sinks"]["tocsin"]
    assert (sink["encoding"]["codec"], sink["framing"]["method"]) == ("json", "newline_delimited")
    assert sink["batch"]["max_bytes"] < 1_000_000
    assert sink["uri"].endswith("/v1/mentions")
    body = json.loads(block("text"))
    filled = {name: value if not value.startswith("=") else "7" for name, value in body.items()}
    assert isinstance(decode_line(json.dumps(filled | {"published_at": NOW}).encode(), NOW), WireMention)
