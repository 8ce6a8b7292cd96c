"""The settings and the page about the program."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QDoubleSpinBox,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
)

from sam3_annotator.ui.dialogs.about_dialog import AboutDialog, version_lines
from sam3_annotator.ui.dialogs.settings_dialog import SettingsDialog
from sam3_annotator.ui.settings import PreviewMode, Settings
from sam3_annotator.ui.theme import Appearance


@pytest.fixture
def settings(qapp: Any) -> Settings:
    return Settings()


@pytest.fixture
def dialog(qtbot: Any, settings: Settings) -> SettingsDialog:
    created = SettingsDialog(settings)
    qtbot.addWidget(created)
    return created


def field(dialog: SettingsDialog, kind: type[Any], name: str) -> Any:
    return next(widget for widget in dialog.findChildren(kind) if widget.accessibleName() == name)


def test_every_setting_applies_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    field(dialog, QComboBox, "Appearance").setCurrentIndex(2)
    field(dialog, QComboBox, "Text size").setCurrentIndex(3)
    field(dialog, QComboBox, "Mouse wheel").setCurrentIndex(1)
    field(dialog, QComboBox, "Motion").setCurrentIndex(1)
    field(dialog, QComboBox, "Preview at the cursor").setCurrentIndex(2)
    field(dialog, QSlider, "Fill of instances").setValue(40)
    field(dialog, QDoubleSpinBox, "Outline precision").setValue(2.5)
    field(dialog, QSpinBox, "Memory for images").setValue(2048)
    field(dialog, QSpinBox, "Memory for earlier images").setValue(0)
    field(dialog, QSpinBox, "Disk for earlier images").setValue(200)

    assert settings.appearance is Appearance.LIGHT
    assert settings.text_size == 1.3
    assert not settings.wheel_zooms
    assert settings.reduces_motion
    assert settings.preview is PreviewMode.OFF
    assert settings.fill_opacity == pytest.approx(0.4)
    assert settings.simplification_tolerance == pytest.approx(2.5)
    assert settings.embedding_megabytes == 2048
    assert settings.embedding_host_megabytes == 0
    assert settings.embedding_disk_gigabytes == 200


def test_dialog_shows_what_is_set(qtbot: Any, settings: Settings) -> None:
    settings.appearance = Appearance.DARK
    settings.wheel_zooms = False
    settings.fill_opacity = 0.1
    settings.simplification_tolerance = 0.0

    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)

    assert field(dialog, QComboBox, "Appearance").currentText() == "Dark"
    assert field(dialog, QComboBox, "Mouse wheel").currentIndex() == 1
    assert field(dialog, QSlider, "Fill of instances").value() == 10
    assert field(dialog, QDoubleSpinBox, "Outline precision").text() == "Every pixel edge"


def test_opening_the_settings_changes_none(qtbot: Any, settings: Settings) -> None:
    with qtbot.assertNotEmitted(settings.changed):
        qtbot.addWidget(SettingsDialog(settings))


def test_settings_stay_on_the_screen_and_scroll_where_it_is_low(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert dialog.height() <= dialog.screen().availableGeometry().height() * 9 // 10

    dialog.resize(dialog.width(), 300)
    last = dialog.embeddings
    bar = dialog.findChildren(QScrollArea)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())

    close = dialog.findChildren(QDialogButtonBox)[0]
    assert dialog.height() == 300
    assert close.mapTo(dialog, close.rect().bottomLeft()).y() < 300
    assert last.mapTo(dialog, last.rect().bottomLeft()).y() < close.mapTo(dialog, close.rect().topLeft()).y()


def test_settings_lead_to_the_page_of_keys(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    link = next(button for button in dialog.findChildren(QPushButton) if "shortcuts" in button.text())

    with qtbot.waitSignal(dialog.shortcuts_wanted):
        link.click()

    assert not dialog.isVisible()


def test_versions_can_be_copied_for_a_report(qtbot: Any) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)

    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy versions").click()

    assert QGuiApplication.clipboard().text() == version_lines()
    assert "PySide6" in version_lines()


def test_enter_closes_the_page_about_the_program(qtbot: Any) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    before = QGuiApplication.clipboard().text()

    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    assert QGuiApplication.clipboard().text() == before
