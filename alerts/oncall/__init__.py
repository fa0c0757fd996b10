"""On-call schedules, shifts and the targets of escalation steps."""
