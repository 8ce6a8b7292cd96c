"""The settings survive a restart, and nonsense on disk does no harm."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.settings import MAX_RECENT, PreviewMode, RecentProject, Settings
from sam3_annotator.ui.theme import Appearance

CHANGES: list[tuple[str, Any]] = [
    ("appearance", Appearance.LIGHT),
    ("wheel_zooms", False),
    ("fill_opacity", 0.5),
    ("brush_radius", 30),
    ("sequence_count", 50),
    ("sequence_takes_all", True),
    ("preview", PreviewMode.OFF),
    ("simplification_tolerance", 2.0),
    ("embedding_megabytes", 2048),
    ("embedding_host_megabytes", 0),
    ("embedding_disk_gigabytes", 200),
    ("model", "sam3"),
    ("key_changes", {"next_image": ("F",), "delete": ()}),
    ("window_geometry", QByteArray(b"\x00\x01geometry")),
    ("window_layout", QByteArray(b"\x00\x02layout")),
    ("gallery_geometry", QByteArray(b"\x00\x03gallery")),
    ("gallery_side", 224),
]


def raw_settings() -> QSettings:
    return QSettings(QSettings.defaultFormat(), QSettings.Scope.UserScope, "sam3-annotator", "sam3-annotator")


@pytest.mark.parametrize(("name", "value"), CHANGES, ids=[name for name, _ in CHANGES])
def test_setting_is_read_back_by_another_run(qapp: QApplication, name: str, value: Any) -> None:
    settings = Settings()
    assert getattr(settings, name) != value

    setattr(settings, name, value)
    settings._store.sync()

    assert getattr(Settings(), name) == value


def test_change_is_announced_once(qtbot: Any) -> None:
    settings = Settings()
    with qtbot.waitSignal(settings.changed, check_params_cb=lambda name: name == "fill_opacity"):
        settings.fill_opacity = 0.4

    with qtbot.assertNotEmitted(settings.changed):
        settings.fill_opacity = 0.4


@pytest.mark.parametrize(
    ("key", "nonsense", "name", "default"),
    [
        ("appearance", "mauve", "appearance", Appearance.SYSTEM),
        ("wheel_zooms", "perhaps", "wheel_zooms", True),
        ("preview", "sometimes", "preview", PreviewMode.AUTO),
        ("brush_radius", "huge", "brush_radius", 0),
        ("brush_radius", "-4", "brush_radius", 0),
        ("sequence_count", "0", "sequence_count", 10),
        ("fill_opacity", "7", "fill_opacity", 0.25),
        ("simplification_tolerance", "much", "simplification_tolerance", 1.4),
        ("embedding_megabytes", "-5", "embedding_megabytes", 1024),
        ("embedding_host_megabytes", "-5", "embedding_host_megabytes", 512),
        ("embedding_disk_gigabytes", "lots", "embedding_disk_gigabytes", 10),
        ("window/geometry", "left", "window_geometry", QByteArray()),
        ("key_changes", "{not json", "key_changes", {}),
        ("key_changes", "[1, 2]", "key_changes", {}),
        ("key_changes", "7", "key_changes", {}),
        ("key_changes", '{"fit": "G", "merge": [5], "find": null}', "key_changes", {}),
        ("recent_projects", "{not json", "recent_projects", ()),
        ("recent_projects", '[{"file": 1}]', "recent_projects", ()),
    ],
)
def test_nonsense_on_disk_counts_as_not_set(
    qapp: QApplication, key: str, nonsense: str, name: str, default: Any
) -> None:
    raw = raw_settings()
    raw.setValue(key, nonsense)
    raw.sync()

    assert getattr(Settings(), name) == default


def test_project_opened_again_moves_to_the_front(qapp: QApplication) -> None:
    settings = Settings()
    settings.remember_project(RecentProject("/a/x.sam3proj"))
    settings.remember_project(RecentProject("/a/y.sam3proj"))
    settings.remember_project(RecentProject("/a/x.sam3proj", done=2, total=5))

    assert settings.recent_projects == (RecentProject("/a/x.sam3proj", 2, 5), RecentProject("/a/y.sam3proj"))


def test_recent_projects_are_few(qapp: QApplication) -> None:
    settings = Settings()
    for number in range(MAX_RECENT + 3):
        settings.remember_project(RecentProject(f"/p/{number}.sam3proj"))

    assert len(settings.recent_projects) == MAX_RECENT
    assert settings.recent_projects[0].path == f"/p/{MAX_RECENT + 2}.sam3proj"


def test_forgotten_project_is_gone(qapp: QApplication) -> None:
    settings = Settings()
    settings.remember_project(RecentProject("/a/x.sam3proj"))

    settings.forget_project("/a/x.sam3proj")

    assert settings.recent_projects == ()


def test_project_of_a_folder_goes_by_the_folder() -> None:
    assert RecentProject("/data/harbour/annotations.sam3proj").name == "harbour"
    assert RecentProject("/data/harbour/cranes.sam3proj").name == "cranes"
