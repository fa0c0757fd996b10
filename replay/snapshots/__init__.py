"""replay.snapshots."""
