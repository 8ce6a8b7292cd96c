"""The keys of other programs: all can be had here, and nothing is left without a key for them."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.actions.action_table import ACTIONS
from sam3_annotator.ui.keyboard.key_map import KeyMap, fixed_keys
from sam3_annotator.ui.keyboard.key_presets import KEY_PRESETS


@pytest.mark.parametrize("name", list(KEY_PRESETS))
def test_presets_give_every_key_they_promise_and_take_none_without_another(name: str) -> None:
    keys = KeyMap()

    keys.replace(KEY_PRESETS[name])

    for action_id, wanted in KEY_PRESETS[name].items():
        assert keys.keys(action_id) == (*wanted, *fixed_keys(action_id)), action_id
        assert keys.is_changed(action_id), action_id
    assert [spec.id for spec in ACTIONS if spec.shortcuts and not keys.keys(spec.id)] == []
