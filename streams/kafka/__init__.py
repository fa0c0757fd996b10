"""Kafka access: topics, connection, clients, readers and the embedded broker."""
