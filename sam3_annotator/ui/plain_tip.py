"""Tooltips of what users have named: shown as it is, whatever it looks like to Qt."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """Give the tooltip that shows this text; Qt would take a name like `<b>dog</b>` for HTML."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<div style='white-space: pre-wrap'>{escape(text, quote=False)}</div>"
