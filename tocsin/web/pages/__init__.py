"""tocsin.web.pages."""
