"""Notifiers: Slack, the terminal, e-mail, PagerDuty and signed webhooks, behind the ports of `alerts.delivery`."""
