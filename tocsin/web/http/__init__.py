"""tocsin.web.http."""
