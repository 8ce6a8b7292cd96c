"""Whatever goes wrong becomes an exit status and one sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sam3_annotator.commands.failures import CommandFailed, exit_status
from sam3_annotator.model import Cancelled as ModelCancelled, ModelUnavailable
from sam3_annotator.project import Cancelled as ProjectCancelled, NotAProject


def _raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize("status", [0, 1, 2])
def test_status_of_work_that_ends_by_itself_is_kept(status: int) -> None:
    assert exit_status(lambda: status) == status


@pytest.mark.parametrize(
    "error",
    [CommandFailed("The door is locked."), NotAProject("The door is locked."), ModelUnavailable("The door is locked.")],
)
def test_known_error_is_told_as_its_sentence_alone(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(_raising(error)) == 1
    assert capsys.readouterr() == ("", "The door is locked.\n")


def test_error_of_the_system_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(_raising(PermissionError(13, "Permission denied", "/root/x"))) == 1
    assert capsys.readouterr().err == "The system refused (Permission denied): /root/x\n"


def test_unforeseen_error_is_one_sentence_without_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(_raising(ZeroDivisionError("by nothing"))) == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: by nothing" in line


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(_raising(ZeroDivisionError("by nothing")), debug=True) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ModelCancelled(), ProjectCancelled()])
def test_work_stopped_by_the_user_ends_with_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(_raising(error)) == 130
    assert capsys.readouterr().err.startswith("Stopped")


def test_ctrl_c_while_a_class_is_being_made_stops_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    assert exit_status(lambda: len(type("Made", (), {"field": Interrupted()}).__name__)) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_missing_library_of_the_system_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    assert exit_status(_raising(error)) == 1
    assert capsys.readouterr().err.startswith("A system library is missing (libEGL.so.1")
