"""Brand configuration: model, loader, validation, overrides, and the plan of what an apply changes."""
