"""What keys, menus and buttons can do, and when."""
