"""tocsin.slack_app.transports."""
