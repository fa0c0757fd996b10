"""Is it said what a source lacks, and is one place one source?"""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from sources.budget import Limits
from sources.kinds.app_store_connect import ConnectKey
from sources.registry import Tokens, source
from sources.settings import Kind, SourceSettings
from tests.support.source_answers import QUERIES

KINDS = get_args(Kind)
URL = "https://forum.example"
COMPLETE: dict[str, dict[str, Any]] = {
    "feed": {"url": URL},
    "bluesky": {},
    "mastodon": {"url": URL, "query": "Acme"},
    "hacker-news": {"query": "Acme"},
    "stack-exchange": {"query": "Acme", "site": "money"},
    "discourse": {"url": URL},
    "lemmy": {"url": URL, "query": "Acme"},
    "youtube": {"query": "dQw4w9WgXcQ"},
    "app-store": {"query": "42"},
    "google-play": {"query": "com.example.bank"},
    "app-store-connect": {"query": "42"},
    "folder": {"path": "imports"},
    "x": {"query": "acme -is:retweet"},
}
PAID: dict[str, dict[str, Any]] = {"x": {"budget": {"euros": 1}}}
"""What a kind needs besides, since its posts cost."""


def problem(**given: Any) -> str:
    """Return what is wrong with settings."""
    with pytest.raises(ValidationError) as raised:
        SourceSettings(**given)
    return str(raised.value.errors()[0]["msg"])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_complete_with_what_it_requires(kind: Any) -> None:
    """And is read by the module of that name."""
    made = source(SourceSettings(kind=kind, **COMPLETE[kind], **PAID.get(kind, {})), Tokens())

    assert type(made).__name__.lower() == kind.replace("-", "")
    assert hasattr(made, "stream") != hasattr(made, "fetch")


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KINDS for key in COMPLETE[kind]])
@pytest.mark.parametrize("empty", [None, "", "  ", "#"])
def test_what_is_missing_is_named_with_its_meaning(kind: str, key: str, empty: str | None) -> None:
    """The kind, the key, and what belongs there."""
    given = {name: value for name, value in COMPLETE[kind].items() if name != key}
    if empty is not None:
        given[key] = empty
    if key == "site" and empty in {"  ", "#"}:
        assert "pattern" in problem(kind=kind, **given)
        return
    reason = problem(kind=kind, **given)

    assert f"a source of kind {kind} needs `{key}`: " in reason
    assert len(reason.partition("`: ")[2]) > 10


@pytest.mark.parametrize(
    "url",
    [
        "forum.example",
        "ftp://forum.example",
        "https://",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://a b.example",
        "https://a.example/\n",
        "http://[",
    ],
)
@pytest.mark.parametrize("kind", ["feed", "discourse", "hacker-news", "bluesky"])
def test_a_url_is_an_address_of_the_web(kind: str, url: str) -> None:
    """The reason says how it begins."""
    start = "wss://" if kind == "bluesky" else "https://"
    reason = problem(kind=kind, **COMPLETE[kind] | {"url": url})

    assert start in reason or url == "http://["


@pytest.mark.parametrize(
    "url", ["https://ana:hush@forum.example", "https://hush@forum.example/x", "https://:hush@forum.example"]
)
def test_a_url_holds_no_password(url: str) -> None:
    """It is in logs, health and mentions; the reason does not repeat it."""
    reason = problem(kind="feed", url=url)

    assert "password" in reason
    assert "hush" not in reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "twitter"},
        {"every": "10s"},
        {"every": "2d"},
        {"budget": {"requests": 0}},
        {"budget": {"requests": 100_001}},
        {"budget": {"euros": 0}},
        {"budget": {"euros": float("inf")}},
        {"monthly_budget": {"days": 3}},
        {"country": "USA"},
        {"kind": "folder", "path": "a\0b"},
        {"files": {"timezone": "Europe/Mars"}},
        {"files": {"columns": {"txt": "body"}}},
        {"files": {"keep_first": True}},
        {"country": "U1"},
        {"about": "all"},
        {"token": "hush"},
    ],
)
def test_values_out_of_bounds_and_unknown_keys_are_refused(wrong: dict[str, Any]) -> None:
    """A token belongs into the environment."""
    with pytest.raises(ValidationError):
        SourceSettings(**{"kind": "feed", "url": URL} | wrong)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"url": "https://a.example/"}, {"url": "https://a.example"}),
        ({"every": "1h"}, {"every": "5m", "budget": {"requests": 7}}),
        ({"about": "brand"}, {"private_addresses": True}),
        ({"country": "fr"}, {"country": "de"}),
        ({"path": "imports/"}, {"path": "./imports"}),
    ],
)
def test_one_place_is_one_source(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Whatever the pace; the country is the App Store's alone."""
    base = {"kind": "feed", "url": URL}

    assert SourceSettings(**base | one).id == SourceSettings(**base | other).id


def test_places_and_questions_tell_sources_apart() -> None:
    """Each has its own cursor."""
    given = [{"kind": kind, **COMPLETE[kind], **PAID.get(kind, {})} for kind in KINDS]
    given += [
        {"kind": "mastodon", "url": URL, "query": "Other"},
        {"kind": "mastodon", "url": "https://other.example", "query": "Acme"},
        {"kind": "app-store", "query": "42", "country": "fr"},
        {"kind": "stack-exchange", "query": "Acme", "site": "superuser"},
        {"kind": "bluesky", "url": "wss://other.example"},
    ]
    ids = [SourceSettings(**one).id for one in given]

    assert len(set(ids)) == len(ids)


def test_tokens_are_not_shown() -> None:
    """Not even by accident."""
    assert "hush" not in f"{Tokens('hush', 'hush', 'hush')!r} {Tokens('hush')} {ConnectKey('hush')!r}"


def test_the_local_server_asks_every_polled_kind() -> None:
    """A kind that is added here needs its answers there."""
    assert set(QUERIES) == set(KINDS) - {"bluesky", "folder", "x"}


def test_the_former_name_of_the_budget_is_understood() -> None:
    """In files and in brands that were applied before."""
    made = SourceSettings.model_validate({"kind": "feed", "url": URL, "requests_per_day": 7})

    assert made.limits == (Limits(requests=7), Limits())
    assert SourceSettings(kind="folder", path="in").limits == (Limits(), Limits())
