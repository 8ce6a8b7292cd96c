"""The actions of the File menu."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_table.spec import ActionSpec

FILE_ACTIONS: Final = (
    ActionSpec("new_project", "New project…", ("Ctrl+N",), "File", 0, tip="Choose images, file and first categories"),
    ActionSpec("open_folder", "Open folder…", ("Ctrl+O",), "File", 0, tip="Open a folder of images"),
    ActionSpec("open_project", "Open project…", ("Ctrl+Shift+O",), "File", 0, tip="Open a project file"),
    ActionSpec("close_project", "Close project", ("Ctrl+W",), "File", 0, tip="Go back to the start page"),
    ActionSpec(
        "add_images",
        "Add images…",
        (),
        "File",
        1,
        tip="Add images to this project",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec(
        "import",
        "Import annotations…",
        ("Ctrl+Shift+I",),
        "File",
        1,
        tip="Bring in categories and instances from another tool",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec(
        "divide_images",
        "Divide into splits…",
        (),
        "File",
        1,
        tip="Draw which images train, validate and test",
        enabled=lambda state: not state.is_read_only,
    ),
    ActionSpec("export", "Export…", ("Ctrl+E",), "File", 1, tip="Write the annotations for training"),
    ActionSpec("check_project", "Check project", ("F7",), "File", 2, tip="Look for overlaps, slivers, copies"),
    ActionSpec(
        "compare_outlines",
        "Compare with the model",
        ("Shift+F7",),
        "File",
        2,
        tip="Find outlines that the model draws otherwise, and with SAM 3 objects that are not labelled",
    ),
    ActionSpec("settings", "Settings…", ("Ctrl+,",), "File", 3, "cog-outline", "Appearance, canvas, memory"),
    ActionSpec("quit", "Quit", ("Ctrl+Q",), "File", 4, tip="Everything is saved already"),
)
