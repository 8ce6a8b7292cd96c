"""Files that labels are kept in, whatever the format."""
