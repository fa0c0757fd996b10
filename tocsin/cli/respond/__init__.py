"""Commands to respond to incidents: incident, silence, oncall."""
