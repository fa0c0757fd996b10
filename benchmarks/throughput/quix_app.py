"""Quix Streams contender: a tumbling window by minute over each brand, stock VADER. Runs in an environment of its own.

Usage: quix_app.py BOOTSTRAP TOPIC RESULTS GROUP FOLDER. A window goes to the topic RESULTS when it closes.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

from quixstreams import Application
from quixstreams.dataframe.windows import Count, Sum
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

NEGATIVE_UP_TO = -0.05


def published(value: Any, *_: Any) -> int:
    """Return when the mention was published [ms]."""
    return round(datetime.fromisoformat(value["published_at"]).timestamp() * 1000)


def main() -> None:
    """Run until SIGTERM."""
    bootstrap, topic, results, group, folder = sys.argv[1:]
    app = Application(
        bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_interval=0.5,  # as the docs-style app; with the default of 5 s its end would be seen late
        consumer_poll_timeout=0.1,  # likewise
        state_dir=folder,
        loglevel="WARNING",
    )
    score = SentimentIntensityAnalyzer().polarity_scores
    rows = app.dataframe(app.topic(topic, timestamp_extractor=published))
    rows = rows.apply(lambda mention: int(score(mention["text"])["compound"] <= NEGATIVE_UP_TO))
    windows = rows.tumbling_window(timedelta(minutes=1)).agg(all=Count(), negative=Sum()).final()
    windows.to_topic(app.topic(results))
    app.run()


if __name__ == "__main__":
    main()
