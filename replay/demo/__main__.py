"""How do I get the demo's mentions as a file? `python -m replay.demo > demo.jsonl`."""

from __future__ import annotations

import sys

import msgspec

from replay.demo.mentions import compose

if __name__ == "__main__":
    for mention in compose():
        sys.stdout.buffer.write(msgspec.json.encode(mention) + b"\n")
