"""A token endpoint on this machine: it gives tokens to one client, or answers as a test wants."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT: Final = "worker"
SECRET: Final = "a secret: of the client/%"


def unsigned(claims: dict[str, Any]) -> str:
    """Return an unsecured JSON Web Token (RFC 7519 section 6)."""
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@dataclass
class Endpoint:
    """The endpoint: what it answers with, and what it was asked."""

    url: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"access_token": "first", "expires_in": 100})
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def served_tokens() -> Iterator[Endpoint]:
    """Serve an endpoint on loopback."""
    endpoint = Endpoint()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            endpoint.asked.append(dict(parse_qsl(body)))
            status, answer = endpoint.status, endpoint.answer
            _, _, pair = self.headers["Authorization"].partition(" ")
            client, _, secret = base64.b64decode(pair).decode().partition(":")
            if (unquote_plus(client), unquote_plus(secret)) != (CLIENT, SECRET):
                status, answer = 401, {"error": "invalid_client", "error_description": "who\x1b[31m?"}
            self.send_response(status)
            if status == http.HTTPStatus.FOUND:
                self.send_header("Location", f"{endpoint.url}/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the library's name
            """Log nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/token"
        yield endpoint
        server.shutdown()
