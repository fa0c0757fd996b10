"""Who wrote the mentions of a finding: a crowd, one text many times, or a few accounts."""
