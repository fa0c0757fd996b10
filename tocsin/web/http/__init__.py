"""Requests to the web pages: authentication and middleware."""
