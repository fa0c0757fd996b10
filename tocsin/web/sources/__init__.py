"""Sources of the web pages: Kafka or a recording."""
