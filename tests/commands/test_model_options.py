"""A model is opened for a command so that Ctrl+C ends the command, whenever it comes."""

from __future__ import annotations

import signal

import pytest

from sam3_annotator.commands import model_options
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.model import Session
from sam3_annotator.project import Cancelled


def test_ctrl_c_while_libraries_load_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_slowly(*_: object, **__: object) -> Session:
        signal.raise_signal(signal.SIGINT)
        return object()  # type: ignore[return-value]  # nobody asks it anything

    monkeypatch.setattr(model_options, "open_session", open_slowly)

    with pytest.raises(Cancelled):
        open_chosen(ModelOptions())
