"""Health of an installation: its workers, what waits unread, its heartbeat, and the problems that follow."""
