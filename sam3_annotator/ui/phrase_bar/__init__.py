"""The bar over the canvas in which is said what to find."""
