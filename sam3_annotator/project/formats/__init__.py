"""Formats of other tools, one package each, reading into an `ImportPlan` and writing from the store."""
