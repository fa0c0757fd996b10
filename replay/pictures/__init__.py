"""Pictures of incidents: the Slack message as SVG, and an incident page."""
