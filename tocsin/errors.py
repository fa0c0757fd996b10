"""Errors that end a command with a message instead of a traceback."""

from __future__ import annotations


class CommandError(Exception):
    """The command failed or found problems: exit code 1. The message holds the remedy."""


class UsageError(Exception):
    """The command was called with wrong arguments, a wrong file or a wrong environment: exit code 2."""
