"""Monitoring of a process from outside: liveness, readiness, and its metrics over HTTP."""
