"""alerts.rendering.locales."""
