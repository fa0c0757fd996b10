"""Texts of alerts, one module a language."""
