"""Policies: one file each says which texts it flags, how gravely, and by which words."""
