"""Topics: what many people suddenly write about a brand, at any volume and in any language, and which risk it is."""
