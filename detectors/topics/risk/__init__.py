"""Risk categories: the terms that belong to each, and their lookup in a text."""
