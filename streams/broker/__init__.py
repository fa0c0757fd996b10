"""Local broker: one Kafka node over a journal in a folder, for one machine without Kafka or Java."""
