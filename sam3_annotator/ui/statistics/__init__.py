"""The window of the statistics: what a project holds, how far it is, and what its labels took."""
