"""Commands about one author: what is kept of them, and how they are taken out."""
