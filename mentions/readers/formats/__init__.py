"""Formats of files: CSV, JSON, Parquet, workbooks, each as records or lines of JSON."""
