"""tocsin.web.locales."""
