"""Which keys there are, changing them, and the page that shows them."""
