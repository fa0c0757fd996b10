"""Alerting: incidents made of signals, on-call schedules, rendering, delivery and notifiers."""
