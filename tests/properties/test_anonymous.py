"""An anonymised recording names nobody and replays to the same incidents."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.incidents.model import Action
from replay.player.anonymise import Pseudonyms, anonymise
from replay.player.recording_replay import RecordedPolicies, RecordingReplay
from streams.recording.format import ActionEntry, Entry, Header, MentionsEntry
from tests.support.recordings import SINCE, entries, header, mentions

KEY = b"0123456789abcdef"
HANDLES = st.from_regex(r"[a-z]{3}[a-z0-9_.]{4,12}[a-z0-9]", fullmatch=True)
TEXTS = (
    "{0} thanks",
    "hello @{0}, and @{1}",
    "RT @{0}: {1} said so",
    "see https://social.example/{0}/1",
    "@{0}@{1}.example",
)


def stated(number: int, author: str, text: str) -> dict[str, Any]:
    """Return a mention."""
    return {
        "id": f"{author}/{number}",
        "brand": "Brisela",
        "channel": "forum",
        "text": text,
        "author": {"id": author, "name": author.upper(), "followers": 3},
        "url": f"https://social.example/{author}/{number}",
        "published_at": SINCE + number * 1_000,
        "user": {"screen_name": author},
    }


def masked(found: list[Entry], key: bytes = KEY) -> tuple[Header, list[Entry]]:
    """Return the recording without names."""
    head, rest = anonymise(header(), found, key)
    return head, list(rest)


def shown(found: list[Entry]) -> str:
    """Return all that the entries hold, in lower case."""
    import msgspec  # noqa: PLC0415

    return b"\n".join(map(msgspec.json.encode, found)).decode().casefold()


@settings(deadline=None)
@given(st.lists(HANDLES, min_size=2, max_size=5, unique=True), st.sampled_from(TEXTS))
def test_no_original_handle_survives(handles: list[str], text: str) -> None:
    """Neither as author nor in a text, an id, an address, a note or a field that Tocsin does not read."""
    posts = [stated(i, name, text.format(name, handles[i - 1])) for i, name in enumerate(handles)]
    note = ActionEntry(
        SINCE, 0, Action("n1", "Brisela", "note", "U0AB12CD3", SINCE, text=f"ask {handles[0]} or <@U0AB12CD3>")
    )
    head, found = masked([*entries(posts), note])
    assert head.anonymised
    whole = shown(found)
    assert [name for name in handles if name.casefold() in whole] == []
    assert "u0ab12cd3" not in whole
    assert "social.example" not in whole


@given(HANDLES)
def test_the_same_author_keeps_one_pseudonym(handle: str) -> None:
    """Case and the @ make no other person; another key makes another name."""
    names = Pseudonyms(KEY)
    assert names.name(handle) == names.name(f"@{handle.upper()}")
    assert names.name(handle) in names.text(f"hello @{handle}!")
    assert names.name(handle) != Pseudonyms(b"another key, of more than 16").name(handle)


def test_the_brand_is_still_called_by_its_name() -> None:
    """A brand's own name and accounts stay: they are what its mentions are found by."""
    names = Pseudonyms(KEY, ["Brisela", "@BriselaHelp"])
    assert (
        names.text("@brisela and @BriselaHelp, it is @tom") == f"@brisela and @BriselaHelp, it is @{names.name('tom')}"
    )


def test_the_story_stays_the_same() -> None:
    """The same incidents open and close at the same instants, with the same counts of mentions and authors."""
    found = list(entries(mentions()))
    first, second = (RecordingReplay(RecordedPolicies(header())) for _ in range(2))
    list(first.run(entry for entry in found if not isinstance(entry, MentionsEntry)))
    list(second.run(entry for entry in masked(found)[1] if not isinstance(entry, MentionsEntry)))
    reported = [
        [(n.incident.id, n.reason, n.happened_at, n.incident.severity, n.page) for n in side.result.notifications]
        for side in (first, second)
    ]
    assert reported[0] == reported[1]
    assert reported[0]


def test_lines_stay_mentions() -> None:
    """Each line is still one that is accepted, of the same brand at the same instant."""
    found = list(entries(mentions()[:30]))
    for before, after in zip(found, masked(found)[1], strict=True):
        if isinstance(before, MentionsEntry) and isinstance(after, MentionsEntry):
            (old,), (new,) = (map(json.loads, entry.lines) for entry in (before, after))
            assert new["brand"] == old["brand"]
            assert new["author"]["id"].startswith("author_")


def test_who_acted_is_nobody_wherever_it_stands() -> None:
    """An act has another id, its person another name, and the same person the same one in two acts."""
    acts = [
        ActionEntry(
            SINCE, 0, Action(f"U0AB12CD3/{n}", "Brisela", "ack", "U0AB12CD3", SINCE, text="as <@U0XY98ZW7> said")
        )
        for n in (1, 2)
    ]
    first, second = (entry.action for entry in masked([*acts])[1] if isinstance(entry, ActionEntry))
    assert first.actor == second.actor != "U0AB12CD3"
    assert first.id != second.id
    assert "u0ab12cd3" not in f"{first}{second}".casefold()
    assert "u0xy98zw7" not in f"{first}{second}".casefold()
