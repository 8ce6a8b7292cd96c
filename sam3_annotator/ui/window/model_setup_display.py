"""Opens the dialog of the models beside its main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sam3_annotator.ui.assistance.model_choice import ModelChoice
from sam3_annotator.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from sam3_annotator.ui.dialogs.model_setup import ModelSetupDialog


def open_model_setup(models: ModelChoice, window: MainWindow) -> ModelSetupDialog:
    """Open the dialog of the models, or show the one that is open; gives it."""
    from sam3_annotator.ui.dialogs.model_setup import ModelSetupDialog  # not needed at the start

    dialog = next((each for each in window.findChildren(ModelSetupDialog) if each.isVisible()), None)
    if dialog is None:
        dialog = ModelSetupDialog(models, window)
        window.closing.connect(dialog.stop)
    dialog.open()
    return dialog
