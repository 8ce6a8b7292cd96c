"""The images of exports and imports: which, under what names, in what folders."""
