"""Web pages: brands, incidents, thresholds and tuning in a browser."""
