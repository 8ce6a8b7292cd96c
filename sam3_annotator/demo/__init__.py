"""The main job on the sample photographs, in a window or driven headless."""
