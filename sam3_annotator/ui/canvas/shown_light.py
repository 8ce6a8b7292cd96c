"""The light in which the canvas shows images, as one observable value that stays from image to image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from sam3_annotator.ui.canvas.light import NEUTRAL, Light, own_light


class ShownLight(QObject):
    """What the user has set, by hand or for each image by its own pixels, and whether the original is shown instead.

    Only what is painted follows it: whoever reads the pixels of the image gets those of the file.
    """

    changed = Signal()
    switched = Signal()  # whether anything is set, or whether the original is shown, is another now

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._light = NEUTRAL
        self._is_automatic = False
        self._shows_original = False
        self._table: NDArray[np.uint8] | None = None
        self._pixels: NDArray[np.uint8] | None = None

    @property
    def light(self) -> Light:
        """What is set, also while the original is shown."""
        return self._light

    @property
    def is_automatic(self) -> bool:
        """Each image is shown in its own light."""
        return self._is_automatic

    @property
    def shows_original(self) -> bool:
        """The image is shown as it is, whatever is set."""
        return self._shows_original

    @property
    def table(self) -> NDArray[np.uint8] | None:
        """What each of the 256 values is shown as; None if as itself."""
        return self._table

    def look_at(self, pixels: NDArray[np.uint8] | None) -> None:
        """Take the image that is shown, `(H, W, 3)`, or none."""
        self._pixels = pixels
        if self._is_automatic and pixels is not None:
            self._take(own_light(pixels), is_automatic=True, shows_original=self._shows_original)

    def set_light(self, light: Light) -> None:
        """Show this and all further images in this light."""
        self._take(light)

    def set_automatic(self, is_automatic: bool) -> None:
        """Show each image in its own light; or leave what is set for this one to all others."""
        light = own_light(self._pixels) if is_automatic and self._pixels is not None else self._light
        self._take(light, is_automatic=is_automatic)

    def reset(self) -> None:
        """Show images as they are."""
        self._take(NEUTRAL)

    def toggle_original(self) -> None:
        """Show the image as it is, or in the light that is set again."""
        self._take(self._light, is_automatic=self._is_automatic, shows_original=not self._shows_original)

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Show the original for as long as this takes."""
        before = self._shows_original
        self._take(self._light, is_automatic=self._is_automatic, shows_original=True)
        try:
            yield
        finally:
            self._take(self._light, is_automatic=self._is_automatic, shows_original=before)

    def _take(self, light: Light, *, is_automatic: bool = False, shows_original: bool = False) -> None:
        before = self._light, self._is_automatic, self._shows_original
        if before == (light, is_automatic, shows_original):
            return
        was = self._light.is_neutral, self._shows_original
        self._light, self._is_automatic, self._shows_original = light, is_automatic, shows_original
        self._table = None if shows_original or light.is_neutral else light.table()
        self.changed.emit()
        if was != (light.is_neutral, shows_original):
            self.switched.emit()
