"""Has a proxy model look again at which rows pass its filter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSortFilterProxyModel


@contextmanager
def filter_changing(model: QSortFilterProxyModel) -> Iterator[None]:
    """Change in the block what the filter of a model goes by."""
    if hasattr(model, "endFilterChange"):
        model.beginFilterChange()
        try:
            yield
        finally:
            model.endFilterChange(QSortFilterProxyModel.Direction.Rows)
    else:  # before Qt 6.10
        yield
        model.invalidateRowsFilter()
