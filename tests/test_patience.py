"""What another program has open for a moment only, as virus scanners on Windows have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam3_annotator import patience
from sam3_annotator.commands.failures import CommandFailed
from sam3_annotator.commands.whole_files import write_whole
from sam3_annotator.model.catalog.memory import MemoryFile
from sam3_annotator.project import ProjectReadOnly, ProjectStore
from sam3_annotator.project.formats.files.export_folder import export_folder

Move = Callable[[Path, Path], Path]


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[OSError]:
    """Errors that the next attempts to rename anything end with."""
    waiting: list[OSError] = []
    monkeypatch.setattr(patience, "_PAUSE_S", 0.0)

    def unless_refused(move: Move) -> Move:
        def moved(source: Path, target: Path) -> Path:
            if waiting:
                raise waiting.pop()
            return move(source, target)

        return moved

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, unless_refused(getattr(Path, name)))
    return waiting


def refused() -> list[OSError]:
    return [PermissionError(13, "Access is denied") for _ in range(3)]


def export(out: Path, text: str) -> None:
    with export_folder(out) as folder:
        (folder / "labels.txt").write_text(text)


def test_a_refusal_of_some_moments_is_waited_for(
    tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 60.0)
    out = tmp_path / "out"

    refusals[:] = refused()
    export(out, "first")
    refusals[:] = refused()
    export(out, "second")
    refusals[:] = refused()
    with ProjectStore.create(tmp_path / "a.sam3proj"):
        pass
    refusals[:] = refused()
    write_whole(b"a mask", tmp_path / "mask.png")

    assert (out / "labels.txt").read_text() == "second"
    assert (tmp_path / "mask.png").read_bytes() == b"a mask"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sam3proj", "mask.png", "out"]
    assert not refusals


def test_a_model_is_remembered_while_another_window_reads_the_list(
    tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 60.0)
    refusals[:] = refused()

    file = MemoryFile(tmp_path / "models.json")
    with file.change() as memory:
        memory.models["mine"] = "mine.pt"

    assert file.read().models == {"mine": "mine.pt"}
    assert not refusals


def test_a_refusal_that_lasts_is_told_and_leaves_what_was_there(
    tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.0)
    out = tmp_path / "out"
    export(out, "first")

    refusals.append(PermissionError(13, "Access is denied"))
    with pytest.raises(ProjectReadOnly, match="nothing was exported"):
        export(out, "second")

    assert (out / "labels.txt").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_waited_for_in_vain_may_be_open_elsewhere(
    tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 1e-9)
    refusals += [PermissionError(13, "Access is denied")] * 1_000_000  # a clock may stand still for some of them

    with pytest.raises(CommandFailed, match="denied; another program may have it open"):
        write_whole(b"a mask", tmp_path / "mask.png")

    assert list(tmp_path.iterdir()) == []


def test_other_errors_are_not_waited_for(
    tmp_path: Path, refusals: list[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 60.0)
    refusals[:] = [OSError(5, "Input/output error"), OSError(5, "Input/output error")]

    with pytest.raises(OSError, match="Input/output"):
        patience.rename(tmp_path, tmp_path.with_name("other"))

    assert len(refusals) == 1
