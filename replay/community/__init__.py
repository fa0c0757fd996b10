"""Who writes about a brand over days and weeks: counts by author, never labels. Nothing of it is stored."""
