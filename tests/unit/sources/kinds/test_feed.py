"""Are feeds of all sorts read, however they lie about ids and dates?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions import feed_entries
from mentions.feed_entries import MAX_ENTRIES, MAX_TAGS
from sources.item import Item, SourceError
from sources.kinds.feed import read
from sources.seen import SeenItems
from tests.support.source_answers import NOW, POSTS, Post, atom, rss
from tests.support.sources_server import SourcesServer, client, polled, redirects, says

if TYPE_CHECKING:
    from pathlib import Path

NOW_MS = int(NOW.timestamp() * 1000)
URL = "https://blog.example/feed"


def entries(body: bytes | str, content_type: str = "") -> list[Item]:
    """Return what is read of a feed."""
    raw = body.encode() if isinstance(body, str) else body
    return read(raw, {"Content-Type": content_type} if content_type else {}, URL, NOW_MS)


def channel(*items: str) -> str:
    """Return RSS with these entries."""
    return f"<rss version='2.0'><channel><title>Blog</title>{''.join(items)}</channel></rss>"


@pytest.mark.parametrize("write", [rss, atom])
def test_rss_and_atom_become_mentions(write: object) -> None:
    """Title and text, author, link and channel are kept."""
    (item,) = entries(write([Post(7, "The card was declined & nobody cares", title="Hallowfirth")]))  # type: ignore[operator]

    assert item.mention["text"] == "Hallowfirth\nThe card was declined & nobody cares"
    assert item.mention["url"] == "https://blog.example/7"
    assert item.mention["channel"] == "The Blog"
    assert item.mention["author"]["id"] == "ana"
    assert item.id.endswith("7")


def test_a_title_that_the_text_repeats_is_there_once() -> None:
    """Forums and Mastodon's feeds begin the text with the title."""
    (item,) = entries(channel("<item><guid>1</guid><title>Down</title><description>Down again</description></item>"))

    assert item.mention["text"] == "Down again"


def test_a_link_of_google_alerts_is_the_page_that_it_leads_to() -> None:
    """The detour over Google is left out."""
    link = "https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://paper.example/a%3Fb%3D1&amp;ct=ga&amp;usg=x"
    (item,) = entries(channel(f"<item><guid>1</guid><title>News</title><link>{link}</link></item>"))

    assert item.mention["url"] == "https://paper.example/a?b=1"


@pytest.mark.parametrize(
    "link", ["http://[broken", "javascript:alert(1)", "https://www.google.com/url?url=javascript:x"]
)
def test_a_link_that_is_none_costs_the_link_alone(link: str) -> None:
    """The entry is read without it."""
    (item,) = entries(channel(f"<item><guid>1</guid><title>News</title><link>{link}</link></item>"))

    assert item.mention["text"] == "News"
    assert "url" not in item.mention


@pytest.mark.parametrize(
    "date", ["", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 28 Nov 2099 09:00:00 GMT", "0000-00-00"]
)
def test_a_date_that_cannot_be_is_now(date: str) -> None:
    """No date, an unreadable one, an unset clock or the future: the entry is as old as its reading."""
    (item,) = entries(channel(f"<item><guid>1</guid><title>News</title><pubDate>{date}</pubDate></item>"))

    assert item.mention["published_at"] == NOW_MS


@pytest.mark.parametrize("turn", ["date", "id", "order"])
def test_what_changes_at_each_call_is_news_once(turn: str) -> None:
    """A new timestamp, new ids or another order each time is no news."""
    seen, news = SeenItems(), 0
    for call in range(5):
        posts = [
            Post(post.number + (call * 10 if turn == "id" else 0), post.text, hours=call if turn == "date" else 0)
            for post in POSTS
        ]
        items = entries(rss(posts[::-1] if turn == "order" and call % 2 else posts))
        news += len(seen.fresh(items, fold_copies=True))
        seen.remember(items)

    assert news == len(POSTS)


def test_an_id_that_all_entries_share_is_not_believed() -> None:
    """Each link is an entry of its own, told once."""
    shared = [
        f"<item><guid>blog</guid><title>News {n}</title><link>https://blog.example/{n}</link></item>" for n in range(3)
    ]
    items = entries(channel(*shared))

    assert len({item.id for item in items}) == 3
    seen = SeenItems()
    assert len(seen.fresh(items, fold_copies=True)) == 3
    seen.remember(items)
    assert seen.fresh(entries(channel(*shared[::-1])), fold_copies=True) == []


def test_entries_without_ids_have_their_link_or_text_for_one() -> None:
    """So they are known again."""
    by_link, by_text = entries(
        channel("<item><title>B</title></item>", "<item><title>A</title><link>https://blog.example/a</link></item>")
    )

    assert by_link.id == "https://blog.example/a"
    assert by_text.id == entries(channel("<item><title>B</title></item>"))[0].id != by_link.id


@pytest.mark.parametrize(
    ("declared", "encoding", "content_type"),
    [
        ("iso-8859-1", "iso-8859-1", ""),
        ("utf-8", "iso-8859-1", "application/rss+xml; charset=iso-8859-1"),
        ("utf-16", "utf-16", ""),
        ("windows-1252", "cp1252", "text/xml"),
    ],
)
def test_encodings_are_read_as_declared(declared: str, encoding: str, content_type: str) -> None:
    """In the feed or in the header."""
    written = f"<?xml version='1.0' encoding='{declared}'?>" + channel(
        "<item><guid>1</guid><title>Déçue</title></item>"
    )

    assert entries(written.encode(encoding), content_type)[0].mention["text"] == "Déçue"


@pytest.mark.parametrize("charset", ["undefined", "idna", "hex", "punycode", "no-such", "utf-7", "é" * 100, "\r\n"])
def test_a_charset_that_is_none_breaks_nothing(charset: str) -> None:
    """The header is a stranger's word."""
    assert entries(rss(POSTS), f"text/xml; charset={charset}")[-1].mention["author"]["id"] == "ben"


def test_a_feed_in_a_wrong_encoding_is_read_with_its_damage() -> None:
    """Latin-1 that claims to be UTF-8."""
    written = "<?xml version='1.0' encoding='utf-8'?>" + channel("<item><guid>1</guid><title>Déçue</title></item>")

    assert entries(written.encode("latin-1"))[0].mention["text"].startswith("D")


@pytest.mark.timeout(20)
def test_a_feed_is_never_the_name_of_a_file(tmp_path: Path) -> None:
    """A body that is a path stays a body: neither a file of ours is read, nor a pipe waited for."""
    private, pipe = tmp_path / "feed.xml", tmp_path / "pipe"
    private.write_bytes(rss(POSTS))
    os.mkfifo(pipe)
    for body in (str(private), str(pipe), "/dev/zero", "http://127.0.0.1:1/"):
        with pytest.raises(SourceError, match="no feed"):
            entries(body)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "body",
    [
        channel("<item><title>a</title></item>" * 30_000),
        channel("<item>" * 30_000),
        channel("<item><description>" + "&lt;!--" * 20_000),
        channel("<!--" * 50_000),
        "<!DOCTYPE lolz [<!ENTITY a 'lol'>"
        + "".join(f"<!ENTITY {c} '{'&a;' * 10}'>" for c in "bcdef")
        + "]>"
        + channel("<item><title>&f;</title></item>"),
    ],
)
def test_a_feed_that_means_harm_costs_little(body: str) -> None:
    """Far too many entries, nested without end, comments that never end, entities that multiply."""
    items = entries(body)

    assert len(items) <= MAX_ENTRIES
    assert all(len(item.mention["text"]) <= 100_000 for item in items)


def test_entries_beyond_the_bound_are_cut_off_before_they_are_parsed() -> None:
    """Parsing costs half a millisecond each."""
    body = channel("<item><title>a</title></item>" * (MAX_ENTRIES + 500)).encode()

    assert feed_entries._cut(body).count(b"<item>") == MAX_ENTRIES
    assert feed_entries._cut(rss(POSTS)) == rss(POSTS)


@pytest.mark.parametrize("tag", ["<b>", "&lt;b&gt;"])
def test_a_feed_of_too_many_tags_is_cut_before_an_entry(tag: str) -> None:
    """The newest entries are read whole; a single one that has too many is cut within."""
    long = f"<item><guid>2</guid><title>b</title><description>{tag * MAX_TAGS}</description></item>"
    body = channel("<item><guid>1</guid><title>a</title></item>", long).encode()

    assert [one.mention["text"] for one in entries(body)] == ["a"]
    assert feed_entries._cut(channel(long).encode()).count(tag.encode()) < MAX_TAGS


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"<rss><channel><item>", b"<feed><entry><title>", b"<?xml version='1.0'?><!DOCTYPE ", b"<![", b"{"]
    ),
)
def test_any_bytes_are_a_feed_or_an_error(body: bytes, start: bytes) -> None:
    """Whatever comes, nothing else is raised."""
    try:
        items = entries(start + body)
    except SourceError:
        return
    assert all(item.id for item in items)


async def test_an_unchanged_feed_is_not_sent_again() -> None:
    """ETag and Last-Modified go back, whatever their case in the answer, also over a redirect to another host."""
    validators = {"etag": '"v1"', "LAST-MODIFIED": "Sat, 28 Nov 2026 09:00:00 GMT"}
    async with SourcesServer() as server, client() as asking:
        there = f"http://localhost:{server.port}/there"
        server.then(redirects(there, 301), says(rss(POSTS), 200, validators), redirects(there, 301), says(b"", 304))
        asked = polled("feed", server.url)
        first = await asked.fetch(asking, {})
        second = await asked.fetch(asking, first.position)

        conditions = server.requests[-1].headers
    assert (len(first.items), second.items) == (2, [])
    assert second.position == first.position == {"etag": '"v1"', "modified": "Sat, 28 Nov 2026 09:00:00 GMT"}
    assert (conditions["If-None-Match"], conditions["If-Modified-Since"]) == tuple(first.position.values())


@pytest.mark.parametrize("etag", ["x" * 5_000, '"é"'])
async def test_a_validator_that_is_none_is_not_kept(etag: str) -> None:
    """It would be kept in Kafka, and sent back."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(rss(POSTS), 200, {"ETag": etag}))
        assert (await polled("feed", server.url).fetch(asking, {})).position == {}


async def test_a_page_that_is_no_feed_says_how_to_find_it() -> None:
    """The remedy is a command."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"<html><body>Welcome</body></html>"))
        with pytest.raises(SourceError, match="--discover") as raised:
            await polled("feed", server.url).fetch(asking, {})

    assert raised.value.permanent
