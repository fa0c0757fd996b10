"""HTTP door of webhooks: `POST /v1/webhooks/NAME`, and the handshake by which Meta asks whether it may send."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from sources.item import SourceError
from tocsin.listener.webhooks.coral import Coral
from tocsin.listener.webhooks.coral_phase import HOLDS, phase_answer
from tocsin.listener.webhooks.discourse import DiscourseWebhook
from tocsin.listener.webhooks.meta import Meta
from tocsin.listener.webhooks.miniflux import Miniflux
from tocsin.listener.webhooks.trustpilot import Trustpilot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from tocsin.listener.webhooks.protocol import Webhook

    Take = Callable[[Sequence[bytes]], Awaitable[dict[str, Any]]]

WEBHOOKS: Final[Mapping[str, Webhook]] = {
    "meta": Meta(),
    "discourse": DiscourseWebhook(),
    "coral": Coral(),
    "trustpilot": Trustpilot(),
    "miniflux": Miniflux(),
}
VERIFY: Final = "meta-verify"
"""Name of the word that Meta shows at the handshake."""


def webhook_secrets(setting: str) -> dict[str, str]:
    """Return the secrets by name, as `TOCSIN_WEBHOOK_SECRETS` holds them: `discourse=…,meta=…,meta-verify=…`.

    Raises:
        ValueError: a name is unknown, or a secret too short.
    """
    pairs = [part.strip().partition("=") for part in setting.split(",") if part.strip()]
    for name, _, secret in pairs:
        if name not in WEBHOOKS and name != VERIFY:
            raise ValueError(f"TOCSIN_WEBHOOK_SECRETS: {name!r} is none of {', '.join([*WEBHOOKS, VERIFY])}")
        if len(secret) < 16:  # noqa: PLR2004  as other secrets
            raise ValueError(f"TOCSIN_WEBHOOK_SECRETS: the secret of {name} has fewer than 16 characters")
    return {name: secret for name, _, secret in pairs}


class WebhookEndpoint:
    """Takes what those systems send that have a secret; the others are not found."""

    def __init__(self, take: Take, secrets: Mapping[str, str], clock: Callable[[], int]) -> None:
        self._take = take
        self._secrets = secrets
        self._clock = clock

    async def handshake(self, request: web.Request) -> web.Response:
        """Answer Meta's challenge if it shows the word that it was given."""
        query, word = request.query, self._secrets.get(VERIFY, "")
        shown = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        known = request.match_info["name"] == "meta" and bool(word) and hmac.compare_digest(shown, word.encode())
        if not known or query.get("hub.mode") != "subscribe":
            return web.json_response({"error": "unknown"}, status=403)
        return web.Response(text=query.get("hub.challenge", "")[:200])

    async def post(self, request: web.Request) -> web.Response:
        """Take the posts of an event; `brand` in the address says whose they are."""
        name, body = request.match_info["name"], await request.read()
        webhook, secret = WEBHOOKS.get(name), self._secrets.get(name, "")
        if webhook is None or not secret:
            return web.json_response({"error": "no such webhook: set its secret"}, status=404)
        if not webhook.is_genuine(request.headers, request.query, body, secret):
            return web.json_response({"error": "the signature is not that of the secret"}, status=401)
        hold = next((one for one in HOLDS if one == request.query.get("hold", "")), None)
        if "hold" in request.query and (name != "coral" or hold is None):
            return web.json_response({"error": f"hold is for coral, and one of {', '.join(HOLDS)}"}, status=400)
        try:
            event = msgspec.json.decode(body)
            items = webhook.items(event, request.headers, self._clock())
        except (msgspec.DecodeError, RecursionError, SourceError):
            return web.json_response({"error": "no event of this system"}, status=400)
        brand = request.query.get("brand")
        more = {"source": f"webhook {name}"} | ({"brand": brand} if brand else {})
        answer = await self._take([msgspec.json.encode(item.mention | more) for item in items]) if items else {}
        if name != "coral":
            return web.json_response(answer)
        answered = await asyncio.to_thread(phase_answer, event, hold) if hold else None
        return web.Response(status=204) if answered is None else web.json_response(answered)
