"""Texts of the web pages, one module a language."""
