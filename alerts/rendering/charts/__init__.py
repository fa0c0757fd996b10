"""Charts of incidents: data, geometry, and the renderers as PNG and as text."""
