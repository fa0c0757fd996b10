"""tocsin.web.sources."""
