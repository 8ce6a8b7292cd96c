"""Formats of other tools: one file each, reading into an `ImportPlan` and writing from the store."""
