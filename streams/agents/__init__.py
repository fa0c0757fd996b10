"""The four Faust agents: score, watch, triage, notify."""
