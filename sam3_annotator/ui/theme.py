"""Dresses the application in the dark or the light tokens, follows the system live, and draws the icons."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final, Protocol

from PySide6.QtCore import QByteArray, QObject, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
    QWindow,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from sam3_annotator.paths import resources_dir
from sam3_annotator.ui.tokens import (
    CONTROL_HEIGHT,
    DARK,
    DARK_HIGH_CONTRAST,
    FOCUS_WIDTH,
    FONT_BODY_PX,
    FONT_CAPTION_PX,
    FONT_DISPLAY_PX,
    FONT_ROLES,
    FONT_TITLE_PX,
    ICON_SIZE,
    ICON_SIZE_SMALL,
    LIGHT,
    LIGHT_HIGH_CONTRAST,
    PALETTE_ROLES,
    RADIUS,
    RADIUS_SMALL,
    ROW_HEIGHT,
    SPACE_L,
    SPACE_M,
    SPACE_S,
    SPACE_XL,
    SPACE_XS,
    TOOL_RAIL_WIDTH,
    TOOLTIP_TEXT,
    TOOLTIP_TEXT_DIM,
    FontRole,
)

__all__ = [
    "CONTROL_HEIGHT",
    "DARK",
    "FOCUS_WIDTH",
    "FONT_BODY_PX",
    "FONT_CAPTION_PX",
    "FONT_DISPLAY_PX",
    "FONT_ROLES",
    "FONT_TITLE_PX",
    "ICON_SIZE",
    "ICON_SIZE_SMALL",
    "LIGHT",
    "PALETTE_ROLES",
    "RADIUS",
    "RADIUS_SMALL",
    "ROW_HEIGHT",
    "SPACE_L",
    "SPACE_M",
    "SPACE_S",
    "SPACE_XL",
    "SPACE_XS",
    "TOOLTIP_TEXT",
    "TOOLTIP_TEXT_DIM",
    "TOOL_RAIL_WIDTH",
    "Appearance",
    "FontRole",
    "Theme",
    "apply_theme",
    "bind_icon",
    "icon",
    "pixmap",
    "theme",
]

# Families that only say "some font"; an installed text face is used instead, the first of these.
_GENERIC_FAMILIES: Final = frozenset({"", "sans", "sans serif", "sans-serif", "dejavu sans", "bitstream vera sans"})
_PREFERRED_FAMILIES: Final = ("Inter", "Noto Sans", "Cantarell", "Ubuntu")

# What the system's font measures where nobody has asked for larger text, in pixels: 9 points on Windows, 13 on a Mac,
# 10 or 11 elsewhere. Scaled screens are Qt's matter and change nothing here.
_USUAL_FONT_PX: Final = {"win32": 12, "darwin": 13}
_USUAL_FONT_PX_ELSEWHERE: Final = 15


class Appearance(StrEnum):
    """What the user asks for: the system's colour scheme or one of the two."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Theme(QObject):
    """The theme in use; widgets that paint for themselves ask it for colours and fonts by role.

    Colour roles: `canvas`, `panel`, `raised`, `line`, `text`, `text_dim`, `accent`, `success`, `warning`,
    `danger` and the states derived from them (`hover`, `pressed`, `selection`, ...); `KeyError` for others.
    """

    theme_changed = Signal()  # other colours, or another size of text

    def __init__(
        self,
        parent: QObject | None = None,
        system_scheme: Callable[[], Qt.ColorScheme] | None = None,
        system_text_scale: Callable[[], float] | None = None,
        system_contrast: Callable[[], Qt.ContrastPreference] | None = None,
    ) -> None:
        super().__init__(parent)
        self._system_scheme = system_scheme or _system_scheme
        self._system_text_scale = system_text_scale or _system_text_scale
        self._system_contrast = system_contrast or _system_contrast
        self._has_high_contrast = False
        self._text_size = 1.0
        self._text_scale = 1.0
        self._appearance = Appearance.SYSTEM
        self._is_dark = True
        self._family: str | None = None
        self._colors: dict[str, QColor] = {}
        self._is_applied = False

    @property
    def appearance(self) -> Appearance:
        """What the user asks for."""
        return self._appearance

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self._is_dark

    @property
    def text_scale(self) -> float:
        """How much larger text is than at 100 %: what the system asks for times what the user asks for."""
        return self._text_scale

    @property
    def tokens(self) -> Mapping[str, str]:
        """The colours in use, role -> `#rrggbb`."""
        if self._has_high_contrast:
            return DARK_HIGH_CONTRAST if self._is_dark else LIGHT_HIGH_CONTRAST
        return DARK if self._is_dark else LIGHT

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """Give the colour of a role, with an opacity from 0 to 1."""
        known = self._colors.get(role)
        if known is None:
            known = self._colors[role] = QColor(self.tokens[role])
        color = QColor(known)
        color.setAlphaF(alpha)
        return color

    def font(self, role: str = "body") -> QFont:
        """Give the font of a role of `FONT_ROLES`."""
        wanted = FONT_ROLES[role]
        font = QFont(self._ui_family())
        font.setPixelSize(round(wanted.pixel_size * self._text_scale))
        font.setWeight(wanted.weight)
        if wanted.is_tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _ui_family(self) -> str:
        if self._family is None:
            self._family = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
            if self._family.lower() in _GENERIC_FAMILIES:
                self._family = next(filter(QFontDatabase.hasFamily, _PREFERRED_FAMILIES), self._family)
        return self._family

    def apply(
        self, app: QApplication, appearance: Appearance | str = Appearance.SYSTEM, text_size: float = 1.0
    ) -> None:
        """Dress the application and keep it in step with the system from now on."""
        if not self._is_applied:
            self._is_applied = True
            app.setStyle("Fusion")
            app.styleHints().colorSchemeChanged.connect(self._refresh)
            # Whoever has changed the size of text or the contrast in the settings of the system comes back from there.
            app.applicationStateChanged.connect(self._refresh)
            app.screenAdded.connect(self._redraw)
            app.focusWindowChanged.connect(self._watch)
        self._appearance = Appearance(appearance)
        self._text_size = text_size
        self._ask_platform()
        self._is_dark, self._has_high_contrast, self._text_scale = self._wanted()
        self._dress(app)

    def set_appearance(self, appearance: Appearance | str) -> None:
        """Take the user's choice; applies at once."""
        wanted = Appearance(appearance)
        if wanted != self._appearance:
            self._appearance = wanted
            self._ask_platform()
            self._refresh()

    def set_text_size(self, text_size: float) -> None:
        """Take the user's size of text, 1.0 for 100 % of the system's; applies at once."""
        self._text_size = text_size
        self._refresh()

    def _wanted(self) -> tuple[bool, bool, float]:
        has_high_contrast = self._system_contrast() is Qt.ContrastPreference.HighContrast
        return self._wants_dark(), has_high_contrast, self._text_size * self._system_text_scale()

    def _ask_platform(self) -> None:
        # So that title bars and native dialogs go along where the platform can.
        hints = QGuiApplication.styleHints()
        if self._appearance is Appearance.SYSTEM:
            hints.unsetColorScheme()
        else:
            wants_dark = self._appearance is Appearance.DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if wants_dark else Qt.ColorScheme.Light)

    def _wants_dark(self) -> bool:
        if self._appearance is not Appearance.SYSTEM:
            return self._appearance is Appearance.DARK
        # Where the system says nothing, dark: the picture is the brightest thing on the screen.
        return self._system_scheme() != Qt.ColorScheme.Light

    def _refresh(self) -> None:
        wanted = self._wanted()
        app = QApplication.instance()
        if wanted != (self._is_dark, self._has_high_contrast, self._text_scale) and isinstance(app, QApplication):
            self._is_dark, self._has_high_contrast, self._text_scale = wanted
            self._dress(app)
            self.theme_changed.emit()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.screenChanged.connect(self._redraw, Qt.ConnectionType.UniqueConnection)

    @Slot()
    def _redraw(self) -> None:
        """Have icons drawn anew, as sharp as the screens that there are now."""
        _icons.clear()
        self.theme_changed.emit()

    def _dress(self, app: QApplication) -> None:
        from sam3_annotator.ui.style_sheet import style_sheet  # a page of text that only this needs

        self._colors.clear()
        app.setFont(self.font())
        app.setPalette(self._palette())
        app.setStyleSheet(style_sheet(self.tokens, self._text_scale))

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, name in PALETTE_ROLES.items():
            palette.setColor(role, self.color(name))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text_disabled"))
        palette.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight, self.color("selection_inactive"))
        palette.setColor(QPalette.ColorRole.ToolTipText, QColor(TOOLTIP_TEXT))
        return palette


def _system_scheme() -> Qt.ColorScheme:
    return QGuiApplication.styleHints().colorScheme()


def _system_contrast() -> Qt.ContrastPreference:
    hints = QGuiApplication.styleHints()  # must outlive what it gives
    return hints.accessibility().contrastPreference()


def _system_text_scale() -> float:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    usual = _USUAL_FONT_PX.get(sys.platform, _USUAL_FONT_PX_ELSEWHERE)
    return max(1.0, QFontInfo(font).pixelSize() / usual)


_theme: Theme | None = None


def theme() -> Theme:
    """Give the one theme of the process; a QApplication has one style, so there can be no second."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def apply_theme(app: QApplication, appearance: Appearance | str = Appearance.SYSTEM, text_size: float = 1.0) -> Theme:
    """Dress the application; `appearance` is `system`, `dark` or `light`, `text_size` 1.0 for 100 %."""
    current = theme()
    current.apply(app, appearance, text_size)
    return current


_icons: dict[tuple[str, str, float], QIcon] = {}
_pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}


class TakesIcon(Protocol):
    """An action, a button: whatever has `setIcon`."""

    def setIcon(self, icon: QIcon, /) -> None:
        """Show this icon."""
        ...


@cache
def _svg(name: str) -> bytes:
    return (resources_dir() / "icons" / f"{name}.svg").read_bytes()


def _draw(name: str, color: QColor, size: int, ratio: float) -> QPixmap:
    colored = _svg(name).replace(b"<path ", f'<path fill="{color.name()}" '.encode())
    pixels = round(size * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(color.alphaF())
    QSvgRenderer(QByteArray(colored)).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, role: str = "text", size: int = ICON_SIZE_SMALL, ratio: float = 1.0) -> QPixmap:
    """Draw an icon for a delegate or a label: `size` in device-independent pixels, `ratio` of the screen.

    `FileNotFoundError` for a name that is not in `resources/icons`.
    """
    color = theme().color(role)
    key = (name, color.name(), size, ratio)
    if key not in _pixmaps:
        _pixmaps[key] = _draw(name, color, size, ratio)
    return _pixmaps[key]


def icon(name: str, role: str = "text") -> QIcon:
    """Give an icon in a colour role of the theme as it is now; `bind_icon` keeps it in step with the theme."""
    scale = theme().text_scale
    key = (name, theme().color(role).name(), scale)
    known = _icons.get(key)
    if known is None:
        known = _icons[key] = QIcon()
        ratios = {1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
        for ratio in sorted(ratios):
            for size in (ICON_SIZE_SMALL, ICON_SIZE):
                known.addPixmap(pixmap(name, role, round(size * scale), ratio))
    return known


class _IconBinding(QObject):
    """Repaints the icon of its parent when the theme changes; goes with it."""

    def __init__(self, target: TakesIcon, parent: QObject, name: str, role: str) -> None:
        super().__init__(parent)
        self._target = target
        theme().theme_changed.connect(self.refresh)
        self.bind(name, role)

    def bind(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.refresh()

    def refresh(self) -> None:
        self._target.setIcon(icon(self._name, self._role))


def bind_icon(target: TakesIcon, name: str, role: str = "text") -> None:
    """Set the icon of a QAction or a button, now and again at every change of theme."""
    if not isinstance(target, QObject):
        raise TypeError(f"Only a QObject can be bound to an icon; got {type(target).__name__}.")
    bound = target.findChildren(_IconBinding, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if bound:
        bound[0].bind(name, role)
    else:
        _IconBinding(target, target, name, role)
