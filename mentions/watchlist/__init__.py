"""Brand matching: which brands a mention is about."""
