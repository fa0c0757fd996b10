"""Incident lifecycle: signals, actions and time in; incidents and notifications out. Pure."""
