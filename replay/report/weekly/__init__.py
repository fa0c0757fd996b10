"""A week of one or several brands: figures beside the week before, and the page that shows them."""
