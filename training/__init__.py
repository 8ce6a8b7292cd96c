"""Programs that make what ships in `resources/`; not part of the installed package."""
