"""Term tables of the policies, one module a language."""
