"""What is a mention, which brand does it concern, and how does it feel? Pure: no Kafka, no Slack, no clock."""
