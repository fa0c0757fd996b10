"""Tokens that log in to Kafka (OAUTHBEARER), and how the clients ask for them."""
