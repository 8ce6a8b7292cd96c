"""The machine that networks compute on: its devices, what its processor and its graphics card can, its memory."""
