"""The shell around the pure packages: Kafka topics, Faust agents, and the pipeline that agents and replay share."""
