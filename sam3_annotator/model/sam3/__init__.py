"""The session of SAM 3 on a loaded checkpoint."""
