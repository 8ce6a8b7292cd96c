"""The map of keys: what the user has changed wins, nothing is ambiguous, and nonsense on disk does no harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.actions.action_table import ACTIONS
from sam3_annotator.ui.keyboard.key_map import MAX_KEYS, KeyMap, default_keys, fixed_keys
from sam3_annotator.ui.settings import Settings


def stored(changes: object) -> Settings:
    """Give the settings of somebody whose file says this about keys."""
    settings = Settings()
    settings._store.setValue("key_changes", changes if isinstance(changes, str) else json.dumps(changes))
    return settings


def assert_nothing_is_shared(keys: KeyMap) -> None:
    every = [key for spec in ACTIONS for key in keys.keys(spec.id)]
    assert len(set(every)) == len(every)
    assert all(len(keys.keys(spec.id)) <= MAX_KEYS for spec in ACTIONS)
    assert all(set(fixed_keys(spec.id)) <= set(keys.keys(spec.id)) for spec in ACTIONS)


def test_without_changes_the_table_holds() -> None:
    keys = KeyMap()

    assert all(set(keys.keys(spec.id)) == set(default_keys(spec.id)) for spec in ACTIONS)
    assert not any(keys.is_changed(spec.id) for spec in ACTIONS)
    assert_nothing_is_shared(keys)


def test_a_changed_key_survives_a_restart(qapp: QApplication) -> None:
    settings = Settings()
    KeyMap(settings).set_keys("next_image", ["F3"])
    settings._store.sync()

    again = KeyMap(Settings())

    assert again.keys("next_image") == ("F3",)
    assert again.is_changed("next_image")
    assert again.keys("previous_image") == ("A",)


def test_only_what_differs_is_stored() -> None:
    keys = KeyMap()
    keys.set_keys("next_image", ["F3"])
    keys.set_keys("accept", ["E"])
    assert set(keys.changes) == {"next_image", "accept"}

    keys.set_keys("next_image", ["D"])
    keys.set_keys("accept", ["Enter"])

    assert keys.changes == {}


def test_the_action_that_had_the_key_loses_it() -> None:
    keys = KeyMap()
    keys.set_keys("next_image", ["F"])

    assert keys.keys("fit") == ()
    assert keys.is_changed("fit")
    assert keys.holder("F") == "next_image"
    assert keys.holder("D") == ""
    assert_nothing_is_shared(keys)


def test_a_key_given_by_the_user_can_be_taken_away_again() -> None:
    keys = KeyMap()
    keys.set_keys("merge", ["G", "Ctrl+G"])
    keys.set_keys("simplify", ["G"])

    assert keys.keys("merge") == ("Ctrl+G",)

    keys.set_keys("simplify", ["Ctrl+G"])

    assert keys.keys("merge") == ()
    assert_nothing_is_shared(keys)


def test_two_actions_can_swap_their_keys() -> None:
    keys = KeyMap()
    keys.set_keys("next_image", ["A"])
    keys.set_keys("previous_image", ["D"])

    assert (keys.keys("next_image"), keys.keys("previous_image")) == (("A",), ("D",))
    assert_nothing_is_shared(keys)


def test_a_lost_key_comes_back_when_the_other_action_is_reset() -> None:
    keys = KeyMap()
    keys.set_keys("next_image", ["F"])
    keys.reset("next_image")

    assert (keys.keys("next_image"), keys.keys("fit")) == (("D",), ("F",))
    assert keys.changes == {}


def test_a_reset_takes_the_key_back_from_whoever_has_it() -> None:
    keys = KeyMap()
    keys.set_keys("merge", ["D"])
    keys.reset("next_image")

    assert keys.keys("next_image") == ("D",)
    assert keys.keys("merge") == ()
    assert_nothing_is_shared(keys)


def test_a_reset_of_all_leaves_no_trace() -> None:
    keys = KeyMap()
    keys.set_keys("merge", ["D"])
    keys.set_keys("undo", [])
    keys.replace({})

    assert not any(keys.is_changed(spec.id) for spec in ACTIONS)


def test_an_action_may_have_no_key() -> None:
    keys = KeyMap()
    keys.set_keys("undo", [])

    assert keys.keys("undo") == ()
    assert keys.text("undo") == ""
    assert keys.changes == {"undo": ()}


def test_fixed_keys_stay_and_another_one_is_shown_before_them() -> None:
    keys = KeyMap()
    keys.set_keys("accept", ["E"])
    assert keys.keys("accept") == ("E", "Enter")
    assert keys.text("accept") == "E"

    keys.set_keys("accept", [])

    assert keys.keys("accept") == ("Enter",)
    assert keys.keys("tool_exemplar") == ("E",)


def test_changes_are_announced_once_and_to_every_map(qapp: QApplication, qtbot: Any) -> None:
    settings = Settings()
    one, other = KeyMap(settings), KeyMap(settings)

    with qtbot.waitSignal(other.changed):
        one.set_keys("fit", ["G"])

    assert other.keys("fit") == ("G",)
    with qtbot.assertNotEmitted(other.changed):
        one.set_keys("fit", ["G"])
        settings.wheel_zooms = False


@pytest.mark.parametrize(
    "nonsense",
    [
        {"fit": ["Foo+Bar"]},
        {"fit": ["D, E"]},
        {"fit": ["Space"], "merge": ["Esc"]},
        {"fit": 5, "merge": "G"},
        {"no_such_action": ["F"]},
        "{not json",
        [1],
    ],
)
def test_nonsense_on_disk_leaves_the_table_as_it_is(qapp: QApplication, nonsense: object) -> None:
    keys = KeyMap(stored(nonsense))

    assert not any(keys.is_changed(spec.id) for spec in ACTIONS)


def test_what_can_be_read_beside_nonsense_is_taken(qapp: QApplication) -> None:
    keys = KeyMap(stored({"fit": ["???", "g", "Ctrl+"], "merge": 5, "undo": []}))

    assert keys.keys("fit") == ("G",)
    assert keys.keys("merge") == default_keys("merge")
    assert keys.keys("undo") == ()


def test_changes_of_a_later_version_are_kept_for_it(qapp: QApplication) -> None:
    settings = stored({"hologram": ["F"]})
    keys = KeyMap(settings)
    keys.set_keys("fit", ["G"])

    assert settings.key_changes == {"hologram": ("F",), "fit": ("G",)}
    assert keys.holder("F") == ""


def test_two_changes_that_claim_one_key_do_not_share_it(qapp: QApplication) -> None:
    keys = KeyMap(stored({"next_image": ["G"], "fit": ["G"], "undo": ["1", "2", "3", "4"]}))

    assert keys.holder("G") == "fit"
    assert_nothing_is_shared(keys)


def test_a_key_the_user_has_given_away_is_no_default_of_another(qapp: QApplication) -> None:
    keys = KeyMap(stored({"select_all": ["S"]}))  # a version in which S was free, before the points tool had it

    assert keys.holder("S") == "select_all"
    assert keys.keys("tool_points") == ()
    assert_nothing_is_shared(keys)


def test_categories_are_named_by_row() -> None:
    keys = KeyMap()
    keys.set_keys("category_2", ["Q"])

    assert [keys.category_text(row) for row in range(12)] == ["1", "Q", *"34567890", "", ""]
