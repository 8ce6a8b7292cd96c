"""The theme: readable colours, the system followed, icons in the theme's colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontInfo, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QListView

from sam3_annotator.paths import resources_dir
from sam3_annotator.ui import theme as theme_module
from sam3_annotator.ui.phrase_bar.bar import QUIET_OPACITY
from sam3_annotator.ui.style_sheet import style_sheet
from sam3_annotator.ui.theme import Appearance, Theme, apply_theme, bind_icon, icon, pixmap
from sam3_annotator.ui.tokens import DARK, DARK_HIGH_CONTRAST, FONT_BODY_PX, LIGHT, LIGHT_HIGH_CONTRAST

TEXT_ROLES = ("text", "text_dim", "accent_text", "danger_text")
MARK_ROLES = ("accent", "success", "warning", "danger", "made_by_hand", "pointed_at", "found", "imported")
SURFACES = ("panel", "raised")
THEMES = (DARK, LIGHT, DARK_HIGH_CONTRAST, LIGHT_HIGH_CONTRAST)
THEME_NAMES = ("dark", "light", "dark, high contrast", "light, high contrast")


def luminance(color: str) -> float:
    channels = (QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF())
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def seen_through_the_unused_phrase_bar(tokens: dict[str, str], picture: str) -> str:
    over, under = (np.array(QColor(color).getRgb()[:3]) for color in (tokens["panel"], picture))
    return QColor(*np.rint(QUIET_OPACITY * over + (1 - QUIET_OPACITY) * under).astype(int).tolist()).name()


@pytest.fixture
def dark_theme(qapp: QApplication) -> Iterator[Theme]:
    yield apply_theme(qapp, Appearance.DARK)
    apply_theme(qapp, Appearance.DARK)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("surface", [*SURFACES, "canvas"])
@pytest.mark.parametrize("role", ["text", "text_dim"])
def test_text_is_readable_on_every_surface(tokens: dict[str, str], surface: str, role: str) -> None:
    assert contrast(tokens[role], tokens[surface]) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_coloured_text_is_readable_on_panels(tokens: dict[str, str], surface: str, role: str) -> None:
    assert contrast(tokens[role], tokens[surface]) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("surface", [*SURFACES, "canvas"])
@pytest.mark.parametrize("role", MARK_ROLES)
def test_marks_stand_out_on_every_surface(tokens: dict[str, str], surface: str, role: str) -> None:
    assert contrast(tokens[role], tokens[surface]) >= 3.0


@pytest.mark.parametrize("tokens", THEMES, ids=THEME_NAMES)
@pytest.mark.parametrize("surface", [*SURFACES, "menu"])
def test_what_is_disabled_can_be_read(tokens: dict[str, str], surface: str) -> None:
    assert contrast(tokens["text_disabled"], tokens[surface]) >= 3.0


@pytest.mark.parametrize("tokens", THEMES, ids=THEME_NAMES)
@pytest.mark.parametrize(
    ("ring", "ground"),
    [("accent", ground) for ground in (*SURFACES, "menu", "field", "selection")]
    + [("focus_on_fill", ground) for ground in ("accent_fill", "danger_fill")],
)
def test_focus_and_choice_stand_out(tokens: dict[str, str], ring: str, ground: str) -> None:
    assert contrast(tokens[ring], tokens[ground]) >= 3.0


@pytest.mark.parametrize("tokens", [DARK_HIGH_CONTRAST, LIGHT_HIGH_CONTRAST], ids=["dark", "light"])
def test_high_contrast_has_neither_dim_text_nor_faint_lines(tokens: dict[str, str]) -> None:
    for surface in (*SURFACES, "menu", "field", "hover", "selection"):
        assert contrast(tokens["text"], tokens[surface]) >= 7.0
        assert contrast(tokens["text_dim"], tokens[surface]) >= 7.0
    assert all(contrast(tokens[line], tokens["panel"]) >= 4.5 for line in ("line", "control_line", "text_disabled"))


def test_contrast_that_the_system_asks_for_is_followed(qapp: QApplication, qtbot: Any, dark_theme: Theme) -> None:
    asked = [Qt.ContrastPreference.NoPreference]
    followed = Theme(system_contrast=lambda: asked[0])
    followed.apply(qapp, Appearance.DARK)
    assert followed.tokens == DARK

    asked[0] = Qt.ContrastPreference.HighContrast
    with qtbot.waitSignal(followed.theme_changed):
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)

    assert followed.tokens == DARK_HIGH_CONTRAST
    assert QApplication.palette().window().color() == QColor(DARK_HIGH_CONTRAST["panel"])


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("surface", [*SURFACES, "menu", "field"])
def test_boxes_to_tick_stand_out_while_they_are_empty(tokens: dict[str, str], surface: str) -> None:
    assert contrast(tokens["control_line"], tokens[surface]) >= 3.0


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("fill", ["accent_fill", "accent_fill_hover", "accent_fill_pressed", "danger_fill"])
def test_labels_of_filled_buttons_are_readable(tokens: dict[str, str], fill: str) -> None:
    assert contrast(tokens["on_accent"], tokens[fill]) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("tint", ["info_tint", "warning_tint", "danger_tint", "selection", "selection_inactive"])
def test_text_is_readable_on_tints(tokens: dict[str, str], tint: str) -> None:
    assert contrast(tokens["text"], tokens[tint]) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("picture", ["#000000", "#ffffff"])
@pytest.mark.parametrize("role", ["text", "text_dim"])
def test_words_of_the_unused_phrase_bar_are_readable_on_any_picture(
    tokens: dict[str, str], picture: str, role: str
) -> None:
    assert contrast(tokens[role], seen_through_the_unused_phrase_bar(tokens, picture)) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_words_below_the_unused_phrase_bar_are_not_read_through_it(tokens: dict[str, str]) -> None:
    bright, dark = (seen_through_the_unused_phrase_bar(tokens, picture) for picture in ("#ffffff", "#000000"))

    assert contrast(bright, dark) < 1.2


def test_both_themes_have_the_same_roles() -> None:
    assert DARK.keys() == LIGHT.keys()


def test_style_sheet_has_no_token_left_unfilled() -> None:
    assert "$" not in style_sheet(DARK)


def test_every_picture_of_the_style_sheet_exists() -> None:
    named = {part.split('")')[0] for part in style_sheet(DARK).split('url("')[1:]}

    assert named
    assert all((resources_dir() / "style" / name.rsplit("/", 1)[-1]).is_file() for name in named)


def test_changing_the_appearance_repaints_the_palette_and_tells_everybody(qtbot: Any, dark_theme: Theme) -> None:
    with qtbot.waitSignal(dark_theme.theme_changed):
        dark_theme.set_appearance(Appearance.LIGHT)

    assert not dark_theme.is_dark
    assert QApplication.palette().window().color() == QColor(LIGHT["panel"])
    assert dark_theme.color("canvas") == QColor(LIGHT["canvas"])


def test_same_appearance_again_changes_nothing(qtbot: Any, dark_theme: Theme) -> None:
    with qtbot.assertNotEmitted(dark_theme.theme_changed):
        dark_theme.set_appearance(Appearance.DARK)


def test_system_is_followed_live(qapp: QApplication, qtbot: Any, dark_theme: Theme) -> None:
    scheme = [Qt.ColorScheme.Dark]
    followed = Theme(system_scheme=lambda: scheme[0])
    followed.apply(qapp, Appearance.SYSTEM)
    assert followed.is_dark

    scheme[0] = Qt.ColorScheme.Light
    with qtbot.waitSignal(followed.theme_changed):
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)

    assert not followed.is_dark


def test_choice_of_the_user_beats_the_system(qapp: QApplication, dark_theme: Theme) -> None:
    chosen = Theme(system_scheme=lambda: Qt.ColorScheme.Dark)

    chosen.apply(qapp, Appearance.LIGHT)

    assert not chosen.is_dark


def test_system_that_says_nothing_gets_the_dark_theme(qapp: QApplication, dark_theme: Theme) -> None:
    silent = Theme(system_scheme=lambda: Qt.ColorScheme.Unknown)

    silent.apply(qapp, Appearance.SYSTEM)

    assert silent.is_dark


def test_text_is_as_large_as_the_system_and_the_user_want_it(qapp: QApplication, qtbot: Any, dark_theme: Theme) -> None:
    wanted = [1.0]
    followed = Theme(system_text_scale=lambda: wanted[0])
    followed.apply(qapp, Appearance.DARK, text_size=1.5)
    assert followed.font().pixelSize() == round(1.5 * FONT_BODY_PX)

    wanted[0] = 1.2
    with qtbot.waitSignal(followed.theme_changed):
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)

    assert followed.font().pixelSize() == round(1.8 * FONT_BODY_PX)
    assert qapp.font().pixelSize() == round(1.8 * FONT_BODY_PX)


@pytest.mark.parametrize(("points", "scale"), [(9, 1.0), (11, 1.0), (16.5, 1.5)])
def test_larger_text_of_the_system_is_noticed(
    monkeypatch: pytest.MonkeyPatch, qapp: QApplication, points: float, scale: float
) -> None:
    font = QFont()
    font.setPointSizeF(points)
    monkeypatch.setattr(theme_module.sys, "platform", "linux")
    monkeypatch.setattr(theme_module.QFontDatabase, "systemFont", lambda _: font)

    assert theme_module._system_text_scale() == pytest.approx(scale, abs=0.05)


def test_style_sheet_goes_with_the_size_of_text_but_for_lines() -> None:
    sheet = style_sheet(DARK, 1.5)

    assert "min-height: 39px; min-width: 72px" in sheet  # a button's 26 and 48
    assert "min-height: 37px" in sheet  # with the focus, whose ring is wider by 1 px at either side
    assert "border: 2px solid" in sheet
    assert not re.search(r"px[+-]|\d\.\d+px", sheet)


@pytest.mark.parametrize("scale", [0.85, 1.0, 1.08, 1.15, 1.3, 1.5, 1.75, 2.0])
def test_round_marks_stay_round_at_any_size_of_text(scale: float) -> None:
    rules = re.findall(r"{([^}]*border-radius[^}]*)}", style_sheet(DARK, scale))
    round_ones = [rule for rule in rules if "width: " in rule and "height: " in rule and "min-" not in rule]

    assert round_ones
    for rule in round_ones:
        border, side, radius = (
            int(re.search(rf"{name}(\d+)px", rule)[1]) for name in ("border: ", " width: ", "border-radius: ")
        )
        assert radius <= (side + 2 * border) / 2


def test_color_takes_an_opacity(dark_theme: Theme) -> None:
    assert dark_theme.color("accent", 0.25).alphaF() == pytest.approx(0.25, abs=0.01)
    assert dark_theme.color("accent").alphaF() == 1.0


def test_ui_font_is_no_generic_fallback_where_a_text_face_is_installed(dark_theme: Theme) -> None:
    family = QFontInfo(dark_theme.font()).family()
    installed = [name for name in theme_module._PREFERRED_FAMILIES if theme_module.QFontDatabase.hasFamily(name)]

    assert not installed or family.lower() not in theme_module._GENERIC_FAMILIES


def test_number_font_has_digits_of_one_width(dark_theme: Theme) -> None:
    assert dark_theme.font("number").featureValue(dark_theme.font("number").featureTags()[0]) == 1


def test_icon_is_drawn_in_the_colour_of_its_role(dark_theme: Theme) -> None:
    image = pixmap("plus", "danger", 24).toImage()

    assert image.pixelColor(12, 12) == dark_theme.color("danger")
    assert image.pixelColor(1, 1).alpha() == 0


def test_icon_is_sharp_on_a_dense_screen(dark_theme: Theme) -> None:
    dense = pixmap("plus", "text", 20, 2.0)

    assert dense.width() == 40
    assert dense.deviceIndependentSize().width() == 20


def test_icons_are_drawn_anew_for_a_screen_that_comes_or_that_a_window_is_moved_to(
    qapp: QApplication, qtbot: Any, dark_theme: Theme
) -> None:
    before = icon("plus")
    window = QWindow()
    for _ in range(2):
        qapp.focusWindowChanged.emit(window)

    with qtbot.waitSignal(dark_theme.theme_changed):
        qapp.screenAdded.emit(qapp.primaryScreen())
    assert icon("plus") is not before

    told: list[int] = []
    dark_theme.theme_changed.connect(lambda: told.append(1))
    window.screenChanged.emit(qapp.primaryScreen())
    assert told == [1]


def test_unknown_icon_is_an_error(dark_theme: Theme) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_bound_icon_follows_the_theme(qapp: QApplication, dark_theme: Theme) -> None:
    action = QAction("Add", qapp)
    bind_icon(action, "plus", "text")

    dark_theme.set_appearance(Appearance.LIGHT)

    assert action.icon().cacheKey() == icon("plus", "text").cacheKey()


def test_binding_again_replaces_the_icon(qapp: QApplication, dark_theme: Theme) -> None:
    action = QAction("Add", qapp)
    bind_icon(action, "plus", "text")
    bind_icon(action, "plus", "danger")

    dark_theme.set_appearance(Appearance.LIGHT)

    assert action.icon().cacheKey() == icon("plus", "danger").cacheKey()


def test_the_ring_around_a_list_is_as_round_as_that_around_fields(qtbot: Any, dark_theme: Theme) -> None:
    field, view = QLineEdit(), QListView()
    for widget in (field, view):
        qtbot.addWidget(widget)
        widget.resize(120, 80)
        widget.show()
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        shot = widget.grab().toImage()

        assert shot.pixelColor(shot.width() // 2, 0) == dark_theme.color("accent")
        assert shot.pixelColor(0, 0) != dark_theme.color("accent")
