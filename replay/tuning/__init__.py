"""Which thresholds would have been better, and how sure is that? Nothing is scored twice."""
