"""Where do mentions come from? Files and, later, networks: read, packed into records, resumable."""
