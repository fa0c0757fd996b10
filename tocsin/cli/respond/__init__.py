"""Commands for responders: incidents, silences, on-call."""
