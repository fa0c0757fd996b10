"""Privacy: what an installation keeps of one author, an export of it, and topics without them."""
