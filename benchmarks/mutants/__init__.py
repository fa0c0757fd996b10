"""Mutation tests: mistakes in what decides, pages and counts, and the tests without a broker that find them."""
