"""Topics: what people suddenly write about, at any volume and in any language, and which risk it is."""
