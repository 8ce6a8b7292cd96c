"""The window: PySide6 widgets over the public faces of `project` and `model`.

From the bottom up, where each knows only what is below:

- `canvas` paints an image with what is on it, and takes the mouse.
- `images` reads the files. `assistance` asks the model about the shown image, and keeps its answers.
- `verbs` are what the user does to the project.
- `actions` say when each can be done, `keyboard` by which keys.
- `panels` are lists, `dialogs` ask for what takes several answers, the `phrase_bar` for what is to be found.
- `window` puts all of that together; each `...Display` in it shows what one of the others tells. `gallery`,
  `statistics` and `start` are windows and pages of their own.

`item_models` hold the rows of lists, `item_delegates` paint them.
"""
