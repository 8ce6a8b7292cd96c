"""What Qt complains about lands in the log."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from sam3_annotator.ui.start.qt_messages import install_message_handler


@pytest.mark.no_qt_log
def test_warning_of_qt_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    install_message_handler()
    with caplog.at_level(logging.DEBUG, logger="sam3_annotator.qt"):
        qWarning("the paint is wet")
    qInstallMessageHandler(None)

    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "default: the paint is wet")
    ]
