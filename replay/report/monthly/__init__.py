"""Monthly report of a client: its incidents, how fast people were, verdicts, volume and topics, against before."""
