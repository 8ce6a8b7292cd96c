"""Pages in one place, as a list and what is said where it is empty."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget


class PageStack(QStackedWidget):
    """Needs room for the page that is shown alone, where Qt's own would need it for the largest."""

    def __init__(self, *pages: QWidget) -> None:
        super().__init__()
        for page in pages:
            self.addWidget(page)
        self.currentChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Give that of the page."""
        return self.currentWidget().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Give that of the page, or what was set for it."""
        page = self.currentWidget()
        hint = page.minimumSizeHint()
        return QSize(page.minimumWidth() or hint.width(), page.minimumHeight() or hint.height())
