"""Moderation over Kafka: mentions into the queue, the queue followed, records of moderators taken."""
