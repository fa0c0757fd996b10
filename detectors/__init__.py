"""Crisis detection: pure functions from a brand's state and its scored mentions to signals."""
