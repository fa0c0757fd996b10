"""Mentions: model, brand matching, sentiment, file readers. Pure: no Kafka, no Slack, no clock."""
