"""Makes an application for people without Python: `python -m bundle`; not part of the program."""
