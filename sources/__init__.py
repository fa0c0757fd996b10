"""Sources: public places where people write, read politely and told apart from what was read before."""
