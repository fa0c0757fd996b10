"""Tables that other processes follow: brands, incidents, silences, message receipts, brand states."""
