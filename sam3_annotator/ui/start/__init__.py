"""How the program begins: the start page, opening a project, one window after another."""
