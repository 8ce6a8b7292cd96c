"""The canvas: shows an image with its instances and turns mouse and keys into prompts and edits."""
