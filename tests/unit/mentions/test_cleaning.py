"""Is a text read as people see it?"""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.cleaning import clean

STATUS = (
    '<p><span class="h-card" translate="no"><a href="https://social.example/@quay" class="u-url mention">'
    "@<span>quay</span></a></span> no word from "
    '<a href="https://social.example/tags/Hallowfirth" class="mention hashtag">#<span>Hallowfirth</span></a>, '
    'furious</p><p><a href="https://news.example/a"><span class="invisible">https://</span>'
    '<span class="">news.example/a</span></a></p>'
)

MANGLED = ["Déçue, c’est annulé 😡", "merci à l’équipe ❤️", "Задержка рейса", "カジカは最悪", "5 € – “cher”", "İzmir’de"]


def test_a_status_is_the_text_it_shows() -> None:
    """Links and handles lose their tags, paragraphs stay apart."""
    assert clean(STATUS).split() == [
        "@quay",
        "no",
        "word",
        "from",
        "#Hallowfirth,",
        "furious",
        "https://news.example/a",
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("K&amp;P", "K&P"),
        ("Nestor&#39;s", "Nestor's"),
        ("Nestor&rsquo;s", "Nestor’s"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("so <b>bad</b>ly", "so badly"),
        ("&lt;p&gt;late&lt;/p&gt;", "late"),
        ("<style>p {}</style>late<!-- x > y -->", "<style>p {}</style>late<!-- x > y -->"),
        ("<p><script>alert('x')</script>late<!-- x > y --></p>", "late"),
        ("i &lt;3 it", "i <3 it"),
    ],
)
def test_html_is_the_text_it_shows(raw: str, shown: str) -> None:
    """Entities are what they stand for, blocks are lines, and what is hidden is gone where there is HTML at all."""
    assert clean(raw) == shown


@pytest.mark.parametrize("text", ["i <3 it", "a < b > c", "<user> said", "R&D at AT&T", "x <- y", "3 &4", ""])
def test_what_only_looks_like_html_stays(text: str) -> None:
    """Hearts, comparisons and ampersands are text."""
    assert clean(text) is text


@pytest.mark.parametrize("text", MANGLED)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_mojibake_is_repaired(text: str, encoding: str) -> None:
    """UTF-8 that was taken for Latin-1 or cp1252 becomes what was written."""
    raw = "".join(_taken_for(byte, encoding) for byte in text.encode())
    assert raw != text
    assert clean(raw) == text


def test_mojibake_that_lost_bytes_is_repaired_where_one_reading_is_likely() -> None:
    """Bytes that cp1252 lacks come as U+FFFD, and the hard space of "à" often as a plain one."""
    lost = "merci Ã lâ€™Ã©quipe â\ufffd¤ï¸\ufffd"
    assert clean(lost) == "merci à l’équipe ❤️"


@pytest.mark.parametrize(
    "text",
    [
        "SÃO PAULO: ANÚNCIO",
        "à l’âge de 5…",
        "Ça, un gâteau",
        "IRMÃ e irmão, às vezes",
        "da «IRMÃ»",
        "ÐÏÐ ís",
        "coût: 5 €",
    ],
)
def test_letters_that_are_meant_stay(text: str) -> None:
    """Portuguese, Icelandic and French letters with which mojibake begins are no mojibake."""
    assert clean(text) == text


@pytest.mark.parametrize("text", ["Dépité à Noël", "삼호전자", "phở"])
def test_accents_are_composed(text: str) -> None:
    """Files of macOS have them apart, which no lexicon knows."""
    assert clean(normalize("NFD", text)) == text


def test_half_width_kana_are_letters() -> None:
    """A voicing mark of its own belongs to the letter before it."""
    assert clean("今日のｶｼﾞｶは").endswith("ｶジｶは")


@given(st.text())
def test_it_never_fails_and_is_composed(text: str) -> None:
    """Whatever comes, a text comes out, with accents composed."""
    shown = clean(text)
    assert normalize("NFC", shown) == shown


@given(st.text(st.characters(codec="utf-8", exclude_characters="<>&"), min_size=1))
def test_what_was_mangled_whole_comes_back(text: str) -> None:
    """A text with accents, all of it taken for Latin-1, is repaired whenever it is known to be mangled."""
    mangled = text.encode().decode("latin-1")
    assert clean(mangled) in {normalize("NFC", text), clean(text), normalize("NFC", mangled)}


def _taken_for(byte: int, encoding: str) -> str:
    try:
        return bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("opening", ["<!--", "<script>", "<style>", "<script><!--"])
def test_hidden_parts_that_never_end_stay_and_cost_no_more_than_other_text(opening: str) -> None:
    """A text that looked for each end again and again would take minutes."""
    text = f"<b>{opening * (200_000 // len(opening))}</b>"

    assert clean(text) == opening * (200_000 // len(opening))
