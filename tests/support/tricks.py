"""Addresses that lead a browser to another site, though they look like a path, or that run a script."""

from __future__ import annotations

from typing import Final

FOREIGN: Final = (
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\u2028/evil.example",
    "/path\\..\\..\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "HTTPS:/evil.example",
    "javascript:alert(1)",
    "data:text/html,hi",
    "evil.example",
    "//user@evil.example",
    "//[",
    "/\0/evil.example",
    "",
)
