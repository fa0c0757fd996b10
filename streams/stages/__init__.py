"""The pure stages of the pipeline: score, watch, triage, and the route of a group's records. No input or output."""
