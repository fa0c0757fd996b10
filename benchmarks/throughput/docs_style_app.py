"""Baseline: a Faust app as the documentation shows it, one event at a time into two windowed tables."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import faust
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


class Mention(faust.Record, serializer="json"):
    """A mention, as far as this app needs it."""

    id: str
    brand: str
    text: str
    published: float


app = faust.App(
    os.environ["DOCS_STYLE_ID"],
    broker=f"kafka://{os.environ['TOCSIN_BROKERS']}",
    store="memory://",
    topic_partitions=int(os.environ["TOCSIN_PARTITIONS"]),
    topic_disable_leader=True,
    web_enabled=False,
    consumer_auto_offset_reset="earliest",
    broker_commit_interval=0.5,
)
analyzer = SentimentIntensityAnalyzer()
mentions = app.topic(os.environ["DOCS_STYLE_TOPIC"], key_type=str, value_type=Mention)
published: Any = Mention.published  # a field descriptor on the class
counted = app.Table("counted", default=int).tumbling(60.0, expires=timedelta(days=1)).relative_to_field(published)
negative = app.Table("negative", default=int).tumbling(60.0, expires=timedelta(days=1)).relative_to_field(published)


@app.agent(mentions)
async def count(stream: faust.types.StreamT[Mention]) -> None:
    """Count each mention, and the negative ones, in the minute they were published."""
    async for mention in stream:
        counted[mention.brand] += 1
        if analyzer.polarity_scores(mention.text)["compound"] <= -0.05:
            negative[mention.brand] += 1


if __name__ == "__main__":
    app.main()
