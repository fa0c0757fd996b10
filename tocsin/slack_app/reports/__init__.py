"""Reports of the Slack app: the daily digest, the morning brief, the weekly report, and when each is posted."""
