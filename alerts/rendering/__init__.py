"""Rendering of incidents: card, texts in English and French, chart data, escaping."""
