"""The window: PySide6 widgets over the public faces of `project` and `model`."""
