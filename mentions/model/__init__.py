"""The mention and its forms: as producers send it, on the hot path, and scored in columnar batches."""
