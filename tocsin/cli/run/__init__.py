"""Commands that run and watch the processes of an installation."""
