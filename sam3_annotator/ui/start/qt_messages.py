"""Sends what Qt itself complains about into the log."""

from __future__ import annotations

import logging
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_logger = logging.getLogger("sam3_annotator.qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def install_message_handler() -> None:
    """Log Qt's messages from now on, on every thread, instead of printing them."""
    qInstallMessageHandler(_log_message)


def _log_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _logger.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "default", message)
    if kind == QtMsgType.QtFatalMsg and sys.stderr is not None:
        sys.stderr.write(message + "\n")  # Qt aborts the process next; the log alone would leave people puzzled
