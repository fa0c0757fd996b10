"""What a signal says of its finding: evidence, the chart around it, who wrote it."""
