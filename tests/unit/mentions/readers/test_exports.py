"""The exports that people have are read as what they say, however they are written and packed."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentions.readers.files import SourceError, read
from mentions.readers.options import ReadOptions
from mentions.readers.presets import PRESETS as PRESET_TABLE
from tests.support.exports import PACKERS, Reading, read_export, with_far_cell, workbook, zipped

if TYPE_CHECKING:
    from collections.abc import Sequence


HEADER = ("id", "text", "published_at", "channel")
AT = "2026-03-10T09:15:00Z"
CSV = f"{','.join(HEADER)}\n1,late,{AT},forum\n"
LATE = {"id": "1", "text": "late", "published_at": AT, "channel": "forum"}

texts = st.lists(st.text(st.sampled_from("aé’…€œ\";,\t|' \n"), max_size=8), min_size=1, max_size=6)


def table(rows: list[str], delimiter: str) -> str:
    """Return CSV as a spreadsheet writes it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([f"m{at}", text, AT, "forum"] for at, text in enumerate(rows))
    return out.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=texts,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]),
    packer=st.sampled_from(sorted(PACKERS)),
    name=st.sampled_from(["a", "a.csv"]),
)
def test_a_table_is_the_same_in_any_encoding_and_packing(
    tmp_path: Path, rows: list[str], delimiter: str, encoding: str, packer: str, name: str
) -> None:
    """Only Windows' encoding is stated; delimiter, UTF-16, marks, zip and the rest are found out, by no name."""
    content = PACKERS[packer](table(rows, delimiter).encode(encoding))
    stated = "cp1252" if encoding == "cp1252" else ""
    found = read_export(tmp_path / name, content, encoding=stated)
    assert found.refused == []
    assert [mention["text"] for mention in found.mentions] == rows
    whole = found.lines
    for at, line in enumerate(whole):
        again = read(str(tmp_path / name), start=line.next_position, options=ReadOptions(stated))
        assert list(again) == whole[at + 1 :]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a"])
def test_a_workbook_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    """Rows before the header and blank rows are skipped; numbers are texts again; reading goes on at any row."""
    rows: list[Sequence[str | float]] = [
        ["Report", "March"],
        [""],
        HEADER,
        [7.0, "late", AT, "forum"],
        [""],
        ["8", "again", 1773134104.0, "forum"],
    ]
    found = read_export(tmp_path / name, workbook(rows))
    assert found.mentions == [LATE | {"id": "7"}, LATE | {"id": "8", "text": "again", "published_at": "1773134104"}]
    assert [line.number for line in found.lines] == [4, 6]
    assert found.notes.facts == ["the header is on line 3: the lines before it are skipped"]
    assert list(read(str(tmp_path / name), start=found.lines[0].next_position)) == found.lines[1:]


def test_the_sheet_is_stated_or_the_first(tmp_path: Path) -> None:
    """A workbook of several sheets says which one is read; another is stated by name or number."""
    book = workbook([HEADER, ["1", "late", AT, "forum"]], [HEADER, ["2", "again", AT, "forum"]])
    first = read_export(tmp_path / "a.xlsx", book)
    assert first.mentions == [LATE]
    assert first.notes.facts == ["the sheet 'S1' of 2 is read: state another with --sheet"]
    for sheet in ("S2", "2"):
        assert read_export(tmp_path / "a.xlsx", book, sheet=sheet).mentions[0]["id"] == "2"
    with pytest.raises(SourceError, match="--sheet S9: no such sheet: use one of S1, S2"):
        read_export(tmp_path / "a.xlsx", book, sheet="S9")


@pytest.mark.parametrize("place", ["XFD1048576", "AAA999999"])
def test_a_cell_far_outside_is_refused(tmp_path: Path, place: str) -> None:
    """A workbook that would take all memory for one cell is refused with what to do."""
    book = with_far_cell(workbook([HEADER, ["1", "late", AT, "forum"]]), place)
    with pytest.raises(SourceError, match=r"rows and .* columns: delete what is far outside the table, or export CSV"):
        read_export(tmp_path / "a.xlsx", book)


def test_an_archive_of_several_files_names_them(tmp_path: Path) -> None:
    """Which of the files is meant is not guessed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(SourceError, match=r"is a zip archive of 2 files \(a.csv, b.csv\): unpack it and name one"):
        read_export(tmp_path / "a.zip", packed.getvalue())
    posts = io.BytesIO()
    with zipfile.ZipFile(posts, "w") as archive:
        archive.writestr("data/account.js", "window.YTD.account.part0 = []")
        archive.writestr("data/tweets.js", PRESETS["x-archive"][0])
    found = read_export(tmp_path / "a.zip", posts.getvalue())
    assert [mention["id"] for mention in found.mentions] == ["18"]
    assert found.notes.facts[0] == "tweets.js in the archive is read"
    with pytest.raises(SourceError, match="truncated or damaged"):
        read_export(tmp_path / "a.zip", zipped(CSV.encode())[:-30])


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("sep=;\n" + CSV.replace(",", ";"), "semicolons"),
        ('"sep=|"\r\n' + CSV.replace(",", "|"), "bars"),
        (CSV.replace("\n", "\r"), "commas"),
        (CSV.replace("forum\n", "forum,,\n"), "commas"),
        ("Report:,March\nBrand:,X\n\n" + CSV, "commas"),
        ("a;b;c\n" + CSV.replace(",", ";"), "semicolons"),
        (CSV + ",,,\n,,,\n", "commas"),
    ],
)
def test_spreadsheets_leave_their_marks(tmp_path: Path, content: str, delimiter: str) -> None:
    """A line `sep=`, line ends of old Mac OS, empty cells at the end and labels before the header change no mention."""
    found = read_export(tmp_path / "a.csv", content)
    assert found.mentions == [LATE]
    assert found.notes.kind == f"CSV with {delimiter}"


def test_columns_of_other_names_are_named_though_a_cell_runs_over_lines(tmp_path: Path) -> None:
    """The first row of an unknown table is no header: the refusal is about the columns, with a map to copy."""
    content = 'Timestamp (UTC),Network,Message,Permalink\n2026-03-10T09:15:00Z,X,"late\nagain",https://example.com/1\n'
    with pytest.raises(SourceError, match=r":1: no column for .*Perhaps --map") as refused:
        read_export(tmp_path / "a.csv", content)
    assert "id=Permalink,text=Message,published_at=Timestamp (UTC),channel=Network" in str(refused.value)


RSS = f"""<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour news</title>
<item><title>Late again</title><guid>g1</guid><pubDate>Tue, 10 Mar 2026 09:15:00 GMT</pubDate>
<link>https://example.com/1</link><description>&lt;p&gt;No &lt;b&gt;boat&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>No date</title><guid>g2</guid></item>
<item><title>Still late</title><guid>g3</guid><pubDate>{AT}</pubDate></item></channel></rss>"""


def test_a_feed_that_was_saved_is_its_entries(tmp_path: Path) -> None:
    """Under any name; what has no date is refused, a map goes before the feed's name, reading goes on at any entry."""
    found = read_export(tmp_path / "a.xml", RSS, {"channel": "=press"})
    first = {"id": "g1", "title": "Late again", "text": "Late again\nNo boat", "kind": "article"}
    assert found.mentions[0] | first | {"channel": "press"} == found.mentions[0]
    assert [mention["id"] for mention in found.mentions] == ["g1", "g3"]
    ((number, reason),) = found.refused
    assert (number, reason[:12]) == (2, "published_at")
    assert next(read(str(tmp_path / "a.xml"), start=found.lines[1].next_position)).number == 3
    assert read_export(tmp_path / "a.csv", RSS).mentions[0]["channel"] == "Harbour news"


@pytest.mark.parametrize(
    ("text", "encoding", "system"),
    [
        ("今日の船は最悪", "cp932", "Japanese"),
        ("배가 또 늦었다", "cp949", "Korean"),
        ("паром опять опоздал", "cp1251", "Cyrillic"),
        ("渡轮又晚点了", "gb18030", "Chinese"),
        ("« déjà » c’est l’été à Öland", "cp1252", "Windows"),
    ],
)
def test_the_advice_names_the_encoding_in_which_a_text_is_one(
    tmp_path: Path, text: str, encoding: str, system: str
) -> None:
    """Following it reads the file."""
    found = read_export(tmp_path / "a.csv", CSV.replace("late", text).encode(encoding))
    assert f"most likely --encoding {encoding} ({system})" in found.refused[0][1]
    assert read_export(tmp_path / "a.csv", CSV.replace("late", text).encode(encoding), encoding=encoding).mentions == [
        LATE | {"text": text}
    ]


def test_lines_before_the_header_may_be_stated(tmp_path: Path) -> None:
    """What looks like a header and is none is passed over; fewer or more lines are told by what they hold."""
    content = f"{','.join(HEADER)}\n{CSV}"
    assert read_export(tmp_path / "a.csv", content, skip_lines=1).mentions == [LATE]
    with pytest.raises(SourceError, match=r"a\.csv:3: no column for id"):
        read_export(tmp_path / "a.csv", content, skip_lines=2)


def test_what_is_not_utf8_names_what_works(tmp_path: Path) -> None:
    """The advice names the encoding that keeps curly quotes, and following it reads the file."""
    content = CSV.replace("late", "L’Œuvrier ferme, c’est honteux…").replace(",", ";").replace("ferme;", "ferme,")
    found = read_export(tmp_path / "a.csv", content.encode("cp1252"))
    assert found.refused == [
        (2, "line: is not UTF-8: state the file's encoding, most likely --encoding cp1252 (Windows)")
    ]
    for encoding in ("cp1252", "latin1"):
        again = read_export(tmp_path / "a.csv", content.encode("cp1252"), encoding=encoding)
        assert again.mentions[0]["text"] == "L’Œuvrier ferme, c’est honteux…"
    with pytest.raises(SourceError, match=r"a\.csv:1: is not UTF-8: state the file's encoding"):
        read_export(tmp_path / "a.csv", CSV.replace("channel", "channel,portée").encode("cp1252"))
    with pytest.raises(SourceError, match="--encoding 'klingon': no such encoding"):
        read_export(tmp_path / "a.csv", CSV, encoding="klingon")


PRESETS: dict[str, tuple[Any, dict[str, str], dict[str, Any]]] = {
    "brandwatch": (
        (
            'Report:,"Bulk Mentions Download"\n\n"Query Id","Query Name",Date,Url,Domain,Language,Author,"Full Text",'
            '"Resource Id","Reach (new)"\n9,q,2026-03-10 09:15:04.0,https://example.com/1,example.com,en,mira,late,a-1,1204'
        ),
        {},
        {"id": "a-1", "published_at": "2026-03-10T09:15:04Z", "channel": "example.com", "reach": 1204},
    ),
    "meltwater in two columns of time": (
        (
            "Date\tTime\tDocument ID\tURL\tSource Name\tAuthor Name\tAuthor Handle\tTitle\tHit Sentence\tLanguage\n"
            '10-Mar-2026\t09:15\ttw:1\thttps://example.com/1\tX\tMira\t@mira\t\t"late\nagain"\tEnglish'
        ),
        {"timezone": "UTC"},
        {
            "id": "tw:1",
            "published_at": "2026-03-10T09:15:00Z",
            "channel": "X",
            "author": {"id": "@mira", "name": "Mira"},
        },
    ),
    "meltwater": (
        (
            "Date\tHeadline\tOpening Text\tHit Sentence\tSource\tInfluencer\tLanguage\tReach\tURL\n"
            '10-Mar-2026 09:15AM\tA title\t\tlate\tX\t@mira\tEnglish\t"1,204"\thttps://example.com/1\n'
        ),
        {"timezone": "Europe/London"},
        {"id": "https://example.com/1", "text": "A title\nlate", "author": {"id": "@mira"}, "reach": 1204},
    ),
    "talkwalker": (
        (
            "url,published,title,title_snippet,content,content_snippet,domain_url,lang,reach\n"
            "https://example.com/1,1773134104000,,A tit,late again,late,example.com,fr,12\n"
        ),
        {},
        {
            "id": "https://example.com/1",
            "text": "A tit\nlate again",
            "channel": "example.com",
            "lang": "fr",
            "reach": 12,
        },
    ),
    "x-archive": (
        (
            'window.YTD.tweets.part0 = [ {\n "tweet": {"id_str": "18",\n'
            '"created_at": "Tue Mar 10 09:15:04 +0000 2026",\n'
            ' "full_text": "late", "favorite_count": "3"}}]'
        ),
        {},
        {"id": "18", "text": "late", "channel": "x", "engagement": {"likes": 3}},
    ),
    "x-archive pages": (
        {
            "data": [{"id": "18", "text": "late", "created_at": AT, "author_id": "77", "lang": "und"}],
            "includes": {"users": [{"id": "77", "username": "mira"}]},
        },
        {},
        {"id": "18", "text": "late", "author": {"id": "mira"}},
    ),
    "reddit": (
        {
            "id": "a",
            "name": "t3_a",
            "created_utc": 1773134104.0,
            "subreddit": "boats",
            "title": "Late",
            "selftext": "again",
            "author": "mira",
            "permalink": "/r/boats/a",
        },
        {},
        {"id": "t3_a", "text": "Late\nagain", "channel": "reddit", "url": "https://www.reddit.com/r/boats/a"},
    ),
    "google-play": (
        (
            "Package Name,Reviewer Language,Review Submit Millis Since Epoch,"
            "Star Rating,Review Title,Review Text,Review Link\n"
            "app,fr,1773134104000,1,Nul,en retard,https://example.com/r1\napp,fr,1773134104000,5,,,\n"
        ),
        {},
        {"id": "https://example.com/r1", "text": "Nul\nen retard", "channel": "google-play", "rating": 1},
    ),
    "app-store": (
        {"data": [{"id": "9", "attributes": {"rating": 1, "title": "Bad", "body": "late", "createdDate": AT}}]},
        {},
        {"id": "9", "text": "Bad\nlate", "channel": "app-store", "rating": 1},
    ),
    "mastodon": (
        [
            {
                "id": "1",
                "uri": "https://example.com/1",
                "created_at": AT,
                "content": "<p>late</p>",
                "account": {"acct": "mira@example.com", "followers_count": 3},
            }
        ],
        {},
        {"id": "https://example.com/1", "text": "<p>late</p>", "author": {"id": "mira@example.com", "followers": 3}},
    ),
    "jetstream": (
        {
            "did": "did:plc:mira",
            "time_us": 1773134104000000,
            "kind": "commit",
            "commit": {
                "operation": "create",
                "collection": "app.bsky.feed.post",
                "rkey": "3k",
                "record": {"text": "late", "langs": ["en"]},
            },
        },
        {},
        {"id": "did:plc:mira/3k", "text": "late", "channel": "bluesky", "lang": "en"},
    ),
}


@pytest.mark.parametrize("case", sorted(PRESETS))
def test_a_preset_is_found_and_noted(tmp_path: Path, case: str) -> None:
    """The export of each tool is known by its header or first object, and read the same when the preset is stated."""
    content, options, expected = PRESETS[case]
    stated: dict[str, Any] = dict(options)
    name, text = case.split(maxsplit=1)[0], content if isinstance(content, str) else json.dumps(content)
    found = read_export(tmp_path / "export", text, **stated)
    assert found.refused == []
    assert len(found.mentions) == 1
    assert found.mentions[0] | expected == found.mentions[0]
    assert any(f"read with --from {name}" in fact for fact in found.notes.facts)
    assert read_export(tmp_path / "export", text, preset=name, **stated).mentions == found.mentions
    with pytest.raises(SourceError, match="is not "):
        read_export(tmp_path / "export", text, preset="app-store" if name != "app-store" else "reddit", **stated)


def test_a_map_goes_before_a_preset(tmp_path: Path) -> None:
    """Single fields of a preset may come from elsewhere."""
    content = PRESETS["brandwatch"][0]
    assert read_export(tmp_path / "a.csv", content, {"channel": "=news"}).mentions[0]["channel"] == "news"
    assert read_export(tmp_path / "a.csv", content, {"id": "Url"}).mentions[0]["id"] == "https://example.com/1"


def test_what_is_no_post_is_left_out_and_counted(tmp_path: Path) -> None:
    """Ratings without words, and events of a stream that are no posts, are no refusals."""
    assert list(_summary(read_export(tmp_path / "a.csv", PRESETS["google-play"][0]))) == [
        "1 entry left out: no Review Text"
    ]
    post = PRESETS["jetstream"][0]
    events = [post, post | {"kind": "identity"}, {**post, "commit": post["commit"] | {"operation": "delete"}}]
    found = read_export(tmp_path / "a.jsonl", "\n".join(map(json.dumps, events)))
    assert (len(found.mentions), found.refused) == (1, [])
    assert sum(found.notes.left_out.values()) == 2


def _summary(found: Reading) -> list[str]:
    return list(found.notes.summary())


def test_mentions_are_never_taken_for_an_export(tmp_path: Path) -> None:
    """Objects and tables that have what a mention needs pass as they stand, whatever else they have."""
    tweet = LATE | {"created_at": AT, "id_str": "1", "full_text": "other", "author_id": "7"}
    found = read_export(tmp_path / "a.jsonl", json.dumps(tweet))
    assert (found.mentions, found.notes.facts) == ([tweet], [])


def test_what_could_be_anybody_s_is_no_preset(tmp_path: Path) -> None:
    """Names that many tools use are no header of X: such a file is read as X's only where that is stated."""
    rows = f"id,text,created_at,author_id\n1,late,{AT},7\n"
    with pytest.raises(SourceError, match="no column for published_at, channel"):
        read_export(tmp_path / "a.csv", rows)
    assert read_export(tmp_path / "a.csv", rows, preset="x-archive").mentions[0]["channel"] == "x"
    answer = {"data": [{"id": "1", "text": "late", "created_at": AT}]}
    assert read_export(tmp_path / "a.json", json.dumps(answer)).mentions == []
    assert read_export(tmp_path / "a.json", json.dumps(answer), preset="x-archive").mentions[0]["channel"] == "x"


def test_paths_joins_and_alternatives_map_json(tmp_path: Path) -> None:
    """A field comes from a path, from the first of several, or from several joined without what is said twice."""
    posts = [
        {"nr": 1, "msg": {"t": "Late", "b": "Late again"}, "at": AT, "user": {"n": "mira"}, "langs": ["fr"]},
        {"nr": 2, "msg": {"t": "Late", "b": ""}, "snippet": "so late", "at": AT},
    ]
    mapping = {
        "id": "nr",
        "text": "msg.t+msg.b|snippet",
        "published_at": "at",
        "channel": "=forum",
        "author.id": "user.n",
        "lang": "langs.0",
        "url": "'https://example.com/'+nr",
    }
    first, second = read_export(tmp_path / "a.json", json.dumps(posts, indent=1), mapping).mentions
    assert (first["text"], first["author"], first["lang"]) == ("Late again", {"id": "mira"}, "fr")
    assert (second["text"], second["url"], "author" in second) == ("Late\nso late", "https://example.com/2", False)


def test_a_list_within_an_object_is_read(tmp_path: Path) -> None:
    """The answer of an API is an object around its posts: the one list of objects is what is meant."""
    answer = {"status": "ok", "page": {"results": [LATE, LATE | {"id": "2"}]}, "tags": ["a"]}
    found = read_export(tmp_path / "a.json", json.dumps(answer, indent=2))
    assert [mention["id"] for mention in found.mentions] == ["1", "2"]
    assert found.notes.facts == ["the objects in 'page.results' are read"]
    post = {
        "resourceId": "a-1",
        "queryId": 1,
        "queryName": "q",
        "date": AT,
        "fullText": "late",
        "domain": "example.com",
    }
    found = read_export(tmp_path / "a.json", json.dumps({"results": [post, post | {"resourceId": "a-2"}]}))
    assert [mention["id"] for mention in found.mentions] == ["a-1", "a-2"]
    assert "a Brandwatch export: read with --from brandwatch" in found.notes.facts
    tagged = LATE | {"published_at": "", "media": [LATE]}
    assert read_export(tmp_path / "a.json", json.dumps(tagged)).mentions == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=8),
    indent=st.sampled_from([None, 0, 1]),
    escaped=st.sampled_from([0, 1]),
    prefix=st.sampled_from(["", "\ufeff", " \n", "window.YTD.tweets.part0 = ", "var posts="]),
)
def test_a_json_array_is_its_objects(
    tmp_path: Path, rows: list[str], indent: int | None, escaped: int, prefix: str
) -> None:
    """However it is spread over lines, an array gives its objects, and reading goes on after any of them."""
    objects = [LATE | {"id": str(at), "text": text} for at, text in enumerate(rows)]
    path = tmp_path / "a.json"
    text = prefix + json.dumps(objects, indent=indent, ensure_ascii=bool(escaped))
    found = read_export(path, text)
    assert [mention["text"] for mention in found.mentions] == rows
    for at, line in enumerate(found.lines):
        assert list(read(str(path), start=line.next_position)) == found.lines[at + 1 :]


def test_the_page_on_files_lists_the_presets() -> None:
    """Each preset has its row in the documents, and no other has one."""
    page = (Path(__file__).parents[4] / "docs" / "files.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `([a-z][a-z-]+)` \|", page.split("## Presets")[1].split("\n## ")[0])
    assert sorted(rows) == sorted(PRESET_TABLE)
