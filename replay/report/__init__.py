"""Incident and tuning reports: self-contained HTML pages, with the effect of other thresholds."""
