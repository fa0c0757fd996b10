"""How do I get the demo's mentions as a file? `python -m tocsin.demo.scenarios > demo.jsonl`."""

from __future__ import annotations

import sys

import msgspec

from tocsin.demo.scenarios.mentions import generate

if __name__ == "__main__":
    for mention in generate():
        sys.stdout.buffer.write(msgspec.json.encode(mention) + b"\n")
