"""The bar over the grid: in which order the instances stand, which are left out, how large they are shown."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from sam3_annotator.ui.gallery.attribute_button import AttributeButton, Tally
from sam3_annotator.ui.gallery.attribute_filter import AttributeFilter
from sam3_annotator.ui.gallery.gallery_view import SIDES
from sam3_annotator.ui.gallery.sorting import Order
from sam3_annotator.ui.keyboard.keys import modifier_words
from sam3_annotator.ui.panels.narrow_box import NarrowBox
from sam3_annotator.ui.sizes import bind_sizes, bind_width, scaled
from sam3_annotator.ui.theme import ICON_SIZE, SPACE_M, SPACE_S, pixmap, theme

SLIDER_WIDTH: Final = 112
# Where room is short the slider gives way first: words are of no use without their ends.
LEAST_SLIDER_WIDTH: Final = 48
ORDER_WIDTH: Final = 208
SMALL_ICON: Final = 12
_ORDERS: Final = tuple(Order)


class GalleryHead(QWidget):
    """Tells what is wanted; whoever hears it says what came of it with `show_order` and `show_attribute`."""

    order_wanted = Signal(object)  # Order
    attribute_wanted = Signal(object)  # AttributeFilter
    side_wanted = Signal(int)  # one of SIDES

    def __init__(self, side: int, tally_attributes: Tally, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attribute = AttributeButton(tally_attributes)
        self._attribute.chosen.connect(self.attribute_wanted)
        self._orders = self._make_orders()
        self._slider = self._make_slider(side)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(self._orders)
        row.addWidget(self._attribute)
        row.addStretch(1)
        row.addWidget(_ImageIcon(SMALL_ICON))
        row.addWidget(self._slider, stretch=SLIDER_WIDTH)
        row.addWidget(_ImageIcon(ICON_SIZE))

    @property
    def orders(self) -> QComboBox:
        """The box that chooses the order."""
        return self._orders

    @property
    def attribute(self) -> AttributeButton:
        """The button that chooses an attribute."""
        return self._attribute

    @property
    def slider(self) -> QSlider:
        """The slider that chooses the size, by its place in `SIDES`."""
        return self._slider

    def show_order(self, order: Order) -> None:
        """Show which order is chosen."""
        self._orders.setCurrentIndex(_ORDERS.index(order))

    def show_attribute(self, shown: AttributeFilter) -> None:
        """Show which attribute is chosen."""
        self._attribute.show_filter(shown)

    @Slot(int)
    def step(self, steps: int) -> None:
        """Choose a size that is so many steps larger, or smaller."""
        self._slider.setValue(self._slider.value() + steps)

    def _make_orders(self) -> NarrowBox:
        box = NarrowBox()
        box.setAccessibleName("Order")
        bind_width(box, ORDER_WIDTH)
        box.addItems([order.words for order in _ORDERS])
        box.activated.connect(lambda row: self.order_wanted.emit(_ORDERS[row]))
        return box

    def _make_slider(self, side: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, len(SIDES) - 1)
        slider.setPageStep(1)
        slider.setValue(SIDES.index(side))
        bind_sizes(slider, lambda: slider.setMinimumWidth(scaled(LEAST_SLIDER_WIDTH)))
        bind_sizes(slider, lambda: slider.setMaximumWidth(scaled(SLIDER_WIDTH)))
        slider.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        slider.setAccessibleName("Size of the thumbnails")
        slider.setToolTip(f"Size of the thumbnails ({modifier_words('Ctrl')}+wheel)")
        slider.valueChanged.connect(lambda place: self.side_wanted.emit(SIDES[place]))
        return slider


class _ImageIcon(QLabel):
    """Stands at an end of the slider, as small or large as what that end gives."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        theme().theme_changed.connect(self._draw)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        self.setPixmap(pixmap("image-outline", "text_dim", self._size, self.devicePixelRatioF()))
