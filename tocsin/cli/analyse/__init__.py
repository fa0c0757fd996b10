"""Commands that work on past mentions: record, replay, report, labels, tune, score, train."""
