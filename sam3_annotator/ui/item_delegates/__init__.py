"""How the rows of the panels' lists are painted and clicked."""
