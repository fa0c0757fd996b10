"""Decisions carried out where that is possible: a signed webhook, one's own Discourse, one's own Facebook page."""
