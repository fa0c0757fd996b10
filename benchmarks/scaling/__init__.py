"""Scale: what grows with processes, brands, backlog, partitions, and with one hot brand."""
