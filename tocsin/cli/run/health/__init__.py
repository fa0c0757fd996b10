"""The command `tocsin status`: what it asks, and how it says it."""
