"""Community over Kafka: ledgers kept of the brands that ask for it, followed by others, and the notes of people."""
