"""What the tests of the item models share: Qt's own check of models, switched on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester

Checked = Callable[[QAbstractItemModel], None]


@pytest.fixture
def checked() -> Checked:
    """Have Qt check a model at every change; what it finds is logged as a warning, which fails the test."""
    testers: list[QAbstractItemModelTester] = []

    def check(model: QAbstractItemModel) -> None:
        mode = QAbstractItemModelTester.FailureReportingMode.Warning
        testers.append(QAbstractItemModelTester(model, mode, model))

    return check
