"""Presets of listening tools: Brandwatch, Meltwater, Talkwalker."""

from __future__ import annotations

from typing import Final

from mentions.readers.presets.model import Layout, Preset

BRANDWATCH: Final = Preset(
    "brandwatch",
    "a Brandwatch export",
    (
        Layout(
            signature=frozenset({"Query Id", "Query Name", "Date", "Full Text"}),
            mapping={
                "id": "Resource Id|Mention URL|Url",
                "text": "Full Text|Snippet|Title",
                "published_at": "Date",
                "channel": "Domain|Content Source Name|Page Type",
                "url": "Url|Mention URL",
                "author.id": "Author",
                "author.name": "Full Name",
                "author.followers": "X Followers|Twitter Followers",
                "lang": "Language",
                "reach": "Reach (new)|Reach",
            },
            timezone="UTC",
            decimal=".",
        ),
        Layout(
            signature=frozenset({"resourceId", "queryId", "queryName", "date", "fullText"}),
            mapping={
                "id": "resourceId",
                "text": "fullText|snippet|title",
                "published_at": "date",
                "channel": "domain|contentSourceName|pageType",
                "url": "url|originalUrl",
                "author.id": "author",
                "author.name": "fullname",
                "author.followers": "twitterFollowers",
                "lang": "language",
                "reach": "reachEstimate",
            },
            timezone="UTC",
            decimal=".",
        ),
    ),
)

MELTWATER: Final = Preset(
    "meltwater",
    "a Meltwater export",
    (
        Layout(
            signature=frozenset({"Date", "Headline", "Hit Sentence", "Influencer"}),
            mapping={
                "id": "Document ID|URL",
                "text": "Headline+Opening Text+Hit Sentence",
                "published_at": "Date",
                "channel": "Source|Source Name|Input Name",
                "url": "URL",
                "author": "Influencer",
                "lang": "Language",
                "reach": "Reach",
            },
            decimal=".",
        ),
        Layout(
            signature=frozenset({"Date", "Time", "Document ID", "Hit Sentence", "Source Name"}),
            mapping={
                "id": "Document ID|URL",
                "text": "Title|Headline+Opening Text+Hit Sentence",
                "published_at": "Date+Time",
                "channel": "Source Name|Source Type",
                "url": "URL",
                "author.id": "Author Handle|Author Name",
                "author.name": "Author Name",
                "lang": "Language",
                "reach": "Reach",
            },
            decimal=".",
        ),
    ),
)

TALKWALKER: Final = Preset(
    "talkwalker",
    "a Talkwalker export",
    (
        Layout(
            signature=frozenset({"url", "published", "content", "title_snippet", "content_snippet"}),
            mapping={
                "id": "url",
                "text": "title|title_snippet+content|content_snippet",
                "published_at": "published",
                "channel": "domain_url|root_url|source_type.0|source_type|host_url",
                "url": "url",
                "author.id": "extra_author_attributes.short_name|extra_author_attributes.name",
                "author.name": "extra_author_attributes.name",
                "author.followers": "article_extended_attributes.twitter_followers|followers",
                "lang": "lang",
                "reach": "reach",
            },
        ),
        Layout(
            signature=frozenset({"data.url", "data.published", "data.content"}),
            mapping={
                "id": "data.url",
                "text": "data.title+data.content",
                "published_at": "data.published",
                "channel": "data.domain_url|data.root_url|data.source_type.0",
                "url": "data.url",
                "author.id": "data.extra_author_attributes.short_name|data.extra_author_attributes.name",
                "author.name": "data.extra_author_attributes.name",
                "lang": "data.lang",
                "reach": "data.reach",
            },
            items="result_content.data",
        ),
    ),
)

PRESETS: Final = (BRANDWATCH, MELTWATER, TALKWALKER)
