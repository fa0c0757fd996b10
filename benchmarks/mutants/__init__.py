"""Mutation tests: are mistakes in what decides, pages and counts found by the tests that need no broker?"""
