"""Commands on the past: record, replay, report, tune, labels, score, train."""
