"""Commands that change what the workers run with: config and its overrides, calendar."""
