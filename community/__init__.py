"""Who writes about a brand over days and weeks: counts by author with filters, never labels. Pure."""
