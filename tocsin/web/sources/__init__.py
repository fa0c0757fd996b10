"""Where the web pages take their data from: live Kafka topics or a recording."""
