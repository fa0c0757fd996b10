"""Threshold editor of the web pages."""
