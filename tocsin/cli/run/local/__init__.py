"""Commands of an installation on one machine: `tocsin up`, its broker, and the way to other brokers."""
