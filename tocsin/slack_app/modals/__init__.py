"""tocsin.slack_app.modals."""
