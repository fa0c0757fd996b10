"""Presets of app stores: reviews on Google Play and in the App Store."""

from __future__ import annotations

from typing import Final

from mentions.readers.presets.model import Layout, Preset

GOOGLE_PLAY: Final = Preset(
    "google-play",
    "reviews of Google Play",
    (
        Layout(
            signature=frozenset({"Package Name", "Reviewer Language", "Star Rating", "Review Text"}),
            mapping={
                "id": "Review Link",
                "text": "Review Title+Review Text",
                "published_at": "Review Submit Millis Since Epoch|Review Submit Date and Time",
                "channel": "=google-play",
                "kind": "=review",
                "url": "Review Link",
                "lang": "Reviewer Language",
                "rating": "Star Rating",
            },
            needs="Review Text",
        ),
        Layout(
            signature=frozenset({"reviewId", "comments.0.userComment.text"}),
            items="reviews",
            mapping={
                "id": "reviewId",
                "text": "comments.0.userComment.text",
                "published_at": "comments.0.userComment.lastModified.seconds",
                "channel": "=google-play",
                "kind": "=review",
                "author.name": "authorName",
                "lang": "comments.0.userComment.reviewerLanguage",
                "rating": "comments.0.userComment.starRating",
            },
        ),
        Layout(
            signature=frozenset({"reviewId", "userName", "content", "score", "at"}),
            mapping={
                "id": "reviewId",
                "text": "content",
                "published_at": "at",
                "channel": "=google-play",
                "kind": "=review",
                "author.name": "userName",
                "rating": "score",
            },
            needs="content",
        ),
    ),
)

APP_STORE: Final = Preset(
    "app-store",
    "reviews of the App Store",
    (
        Layout(
            signature=frozenset({"id", "attributes.rating", "attributes.body", "attributes.createdDate"}),
            items="data",
            mapping={
                "id": "id",
                "text": "attributes.title+attributes.body",
                "published_at": "attributes.createdDate",
                "channel": "=app-store",
                "kind": "=review",
                "author.name": "attributes.reviewerNickname",
                "rating": "attributes.rating",
            },
        ),
        Layout(
            signature=frozenset({"id.label", "content.label", "im:rating.label", "updated.label"}),
            items="feed.entry",
            mapping={
                "id": "id.label",
                "text": "title.label+content.label",
                "published_at": "updated.label",
                "channel": "=app-store",
                "kind": "=review",
                "author.name": "author.name.label",
                "rating": "im:rating.label",
            },
        ),
    ),
)

PRESETS: Final = (GOOGLE_PLAY, APP_STORE)
