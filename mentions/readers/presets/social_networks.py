"""Presets of social networks: X, Reddit, Mastodon, Bluesky's Jetstream."""

from __future__ import annotations

from typing import Final

from mentions.readers.presets.model import Layout, Lookup, Preset

_TWEET: Final = {
    "id": "id_str|id",
    "text": "full_text|text",
    "published_at": "created_at",
    "channel": "=x",
    "author.id": "user.screen_name",
    "author.name": "user.name",
    "author.followers": "user.followers_count",
    "author.created_at": "user.created_at",
    "author.verified": "user.verified",
    "reply_to": "in_reply_to_status_id_str|in_reply_to_status_id",
    "lang": "lang",
    "engagement.likes": "favorite_count",
    "engagement.reposts": "retweet_count",
}

_POST_V2: Final = {
    "id": "id",
    "text": "note_tweet.text|text",
    "published_at": "created_at",
    "channel": "=x",
    "author.id": "user.username|username|author_id",
    "author.name": "user.name",
    "author.followers": "user.public_metrics.followers_count",
    "author.created_at": "user.created_at",
    "author.verified": "user.verified",
    "thread": "conversation_id",
    "lang": "lang",
    "engagement.likes": "public_metrics.like_count",
    "engagement.reposts": "public_metrics.retweet_count",
    "engagement.replies": "public_metrics.reply_count",
}

_V2: Final = frozenset({"id", "text", "created_at"})

X_ARCHIVE: Final = Preset(
    "x-archive",
    "posts of X",
    (
        Layout(
            signature=frozenset({"tweet.id_str", "tweet.full_text", "tweet.created_at"}),
            mapping={
                field: "|".join(f"tweet.{name}" for name in source.split("|")) if source != "=x" else source
                for field, source in _TWEET.items()
            },
        ),
        Layout(
            signature=frozenset({"id", "text", "created_at", "author_id"}),
            items="data",
            lookups=(Lookup("includes.users", "id", "author_id", "user"),),
            mapping=_POST_V2,
        ),
        Layout(signature=_V2 | {"public_metrics.like_count"}, mapping=_POST_V2),
        Layout(signature=_V2 | {"edit_history_tweet_ids"}, mapping=_POST_V2),
        Layout(signature=_V2 | {"conversation_id"}, mapping=_POST_V2),
        Layout(signature=frozenset({"id_str", "created_at", "user.screen_name"}), mapping=_TWEET),
        Layout(signature=frozenset({"id_str", "created_at", "full_text"}), mapping=_TWEET),
        Layout(signature=frozenset({"id", "created_at", "text", "favorite_count"}), mapping=_TWEET),
    ),
)

_REDDIT: Final = {
    "id": "name|id",
    "text": "title+selftext|body",
    "published_at": "created_utc",
    "channel": "=reddit",
    "url": "'https://www.reddit.com'+permalink",
    "author": "author",
    "reply_to": "parent_id",
    "thread": "link_id",
    "revision": "edited",
}

REDDIT: Final = Preset(
    "reddit",
    "posts of Reddit",
    (
        Layout(
            signature=frozenset({"data.created_utc", "data.subreddit", "data.id"}),
            items="data.children",
            mapping={
                "id": "data.name|data.id",
                "text": "data.title+data.selftext|data.body",
                "published_at": "data.created_utc",
                "channel": "=reddit",
                "url": "'https://www.reddit.com'+data.permalink",
                "author": "data.author",
                "reply_to": "data.parent_id",
                "thread": "data.link_id",
                "revision": "data.edited",
            },
        ),
        Layout(signature=frozenset({"id", "created_utc", "subreddit", "body"}), mapping=_REDDIT),
        Layout(signature=frozenset({"id", "created_utc", "subreddit", "title"}), mapping=_REDDIT),
        Layout(
            signature=frozenset({"id", "permalink", "date", "subreddit", "gildings", "body"}),
            mapping={
                "id": "id",
                "text": "title+body",
                "published_at": "date",
                "channel": "=reddit",
                "url": "permalink",
            },
        ),
    ),
)

MASTODON: Final = Preset(
    "mastodon",
    "posts of Mastodon",
    (
        Layout(
            signature=frozenset({"id", "created_at", "content", "account.acct"}),
            mapping={
                "id": "uri|id",
                "text": "spoiler_text+content",
                "published_at": "created_at",
                "channel": "=mastodon",
                "url": "url|uri",
                "author.id": "account.acct",
                "author.name": "account.display_name",
                "author.followers": "account.followers_count",
                "author.created_at": "account.created_at",
                "revision": "edited_at",
                "lang": "language",
                "engagement.likes": "favourites_count",
                "engagement.reposts": "reblogs_count",
                "engagement.replies": "replies_count",
            },
            needs="content",
        ),
        Layout(
            signature=frozenset({"type", "published", "object", "actor"}),
            items="orderedItems",
            only={"type": frozenset({"Create"})},
            mapping={
                "id": "object.id",
                "text": "object.summary+object.content",
                "published_at": "object.published|published",
                "channel": "=mastodon",
                "url": "object.url|object.id",
                "author": "actor",
            },
        ),
    ),
)

JETSTREAM: Final = Preset(
    "jetstream",
    "posts of Bluesky's Jetstream",
    (
        Layout(
            signature=frozenset({"did", "time_us", "kind"}),
            only={
                "kind": frozenset({"commit"}),
                "commit.operation": frozenset({"create"}),
                "commit.collection": frozenset({"app.bsky.feed.post"}),
            },
            mapping={
                "id": "did+commit.rkey",
                "text": "commit.record.text",
                "published_at": "time_us",
                "channel": "=bluesky",
                "url": "'https://bsky.app/profile/'+did+'/post/'+commit.rkey",
                "author": "did",
                "lang": "commit.record.langs.0",
            },
        ),
    ),
)

PRESETS: Final = (X_ARCHIVE, REDDIT, MASTODON, JETSTREAM)
