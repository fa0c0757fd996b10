"""What did an incident look like afterwards? One self-contained page, with what other thresholds would have done."""
