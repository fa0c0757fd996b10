"""Commands that run or inspect the service: worker, web, slack, heartbeat, ingest, topics, status, demo."""
