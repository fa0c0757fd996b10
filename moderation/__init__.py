"""Moderation: what enters the queue, the life of an item, who works on it, and how well that goes. Pure."""
