"""tocsin.slack_app.locales."""
