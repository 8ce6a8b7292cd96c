"""Image files as the window shows them: pixels, thumbnails, facts."""
