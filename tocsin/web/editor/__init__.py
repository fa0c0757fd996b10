"""tocsin.web.editor."""
