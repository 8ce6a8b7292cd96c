"""The gallery: all instances of a project as a grid of thumbnails, where wrong labels stand out."""
