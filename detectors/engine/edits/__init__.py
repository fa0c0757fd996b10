"""Edits and deletions of mentions that are counted."""
