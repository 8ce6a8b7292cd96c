"""The learned model in the box: a small click network that runs on any processor, offline."""
