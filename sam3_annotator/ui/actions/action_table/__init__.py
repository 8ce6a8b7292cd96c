"""The table of all actions: what they are called, their keys, where they stand and when they are enabled."""

from __future__ import annotations

from typing import Final

from sam3_annotator.ui.actions.action_table.attribute_actions import ATTRIBUTE_ACTIONS, ATTRIBUTE_KEYS
from sam3_annotator.ui.actions.action_table.edit_actions import EDIT_ACTIONS
from sam3_annotator.ui.actions.action_table.file_actions import FILE_ACTIONS
from sam3_annotator.ui.actions.action_table.image_actions import IMAGE_ACTIONS
from sam3_annotator.ui.actions.action_table.instance_actions import CATEGORY_ACTIONS, CATEGORY_KEYS, INSTANCE_ACTIONS
from sam3_annotator.ui.actions.action_table.model_and_help_actions import MODEL_AND_HELP_ACTIONS
from sam3_annotator.ui.actions.action_table.reshaping_actions import (
    COMBINING_ACTIONS,
    NUDGING_ACTIONS,
    RESHAPING_ACTIONS,
)
from sam3_annotator.ui.actions.action_table.spec import ActionSpec
from sam3_annotator.ui.actions.action_table.view_actions import VIEW_ACTIONS

__all__ = ["ACTIONS", "ATTRIBUTE_KEYS", "CATEGORY_KEYS", "MENUS", "NUDGING_ACTIONS", "ActionSpec"]

ACTIONS: Final = (
    *FILE_ACTIONS,
    *EDIT_ACTIONS,
    *VIEW_ACTIONS,
    *IMAGE_ACTIONS,
    *INSTANCE_ACTIONS,
    *CATEGORY_ACTIONS,
    *ATTRIBUTE_ACTIONS,
    *COMBINING_ACTIONS,
    *RESHAPING_ACTIONS,
    *NUDGING_ACTIONS,
    *MODEL_AND_HELP_ACTIONS,
)
MENUS: Final = ("File", "Edit", "View", "Image", "Instance", "Model", "Help")
