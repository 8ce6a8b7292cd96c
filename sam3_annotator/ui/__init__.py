"""The window: PySide6 widgets over the public faces of `project` and `model`.

From the bottom up: `canvas` paints an image with what is on it, and takes the mouse; `images` reads the files;
`assistance` asks the model about the shown image, and keeps its answers; `verbs` are what the user does to the project,
`actions` say when each can be done, `keyboard` by which keys. `panels` are lists, whose rows are in `item_models` and
painted by `item_delegates`. `phrase_bar`, `dialogs`, `gallery`, `statistics` and `start` are what else is seen.
`window` puts all of that together; each `...Display` in it shows what one of the others tells.
"""
