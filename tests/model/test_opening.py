"""A name or a path opens the model that is meant, and anything else gets a sentence."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sam3_annotator.model import Catalog, ModelUnavailable, open_session, opening
from sam3_annotator.paths import resources_dir

BUILTIN_WEIGHTS = resources_dir() / "builtin" / "builtin.safetensors"


@pytest.mark.parametrize(("name", "title"), [("builtin", "Built-in"), ("grabcut", "GrabCut")])
def test_models_that_ship_are_opened_by_name(name: str, title: str) -> None:
    assert open_session(name).name == title


@pytest.mark.parametrize("kind", [str, Path])
def test_weights_of_the_builtin_model_are_opened_by_their_path(kind: type, tmp_path: Path) -> None:
    copy = tmp_path / "mine.safetensors"
    shutil.copyfile(BUILTIN_WEIGHTS, copy)

    assert open_session(kind(copy)).name == "Built-in"


def test_a_folder_with_weights_of_the_builtin_model_opens_them(tmp_path: Path) -> None:
    shutil.copyfile(BUILTIN_WEIGHTS, tmp_path / "builtin.safetensors")
    (tmp_path / "log.jsonl").write_text("{}\n")

    assert open_session(tmp_path).name == "Built-in"


@pytest.mark.parametrize("size", [100, 5000, 6_000_000])
def test_weights_of_the_builtin_model_that_were_cut_off_are_not_taken_for_sam3(size: int, tmp_path: Path) -> None:
    (tmp_path / "builtin.safetensors").write_bytes(BUILTIN_WEIGHTS.read_bytes()[:size])

    for path in (tmp_path, tmp_path / "builtin.safetensors"):
        with pytest.raises(ModelUnavailable, match=r"weights of the built-in model cannot be read .* copy the file"):
            open_session(path)


@pytest.mark.parametrize("name", ["builtin", "grabcut", str(BUILTIN_WEIGHTS)])
@pytest.mark.parametrize("options", [{"device": "cuda"}, {"dtype": "bfloat16"}])
def test_models_for_the_cpu_refuse_other_devices(name: str, options: dict[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match="computes on the CPU"):
        open_session(name, **options)


class LibraryRefusedError(OSError):
    """As Windows gives it: with a number of its own."""

    winerror = 1114


@pytest.mark.parametrize(
    "error",
    [
        ImportError("DLL load failed while importing onnxruntime_pybind11_state: The specified module was not found."),
        LibraryRefusedError(22, "A dynamic link library (DLL) initialization routine failed. Error loading c10.dll"),
    ],
)
def test_what_windows_lacks_for_a_library_is_told(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(opening, "open_builtin", fail)

    with pytest.raises(ModelUnavailable, match=r"\(.*(onnxruntime|c10\.dll).*\)\. Install .*Visual C\+\+"):
        open_session("builtin")


def test_other_errors_of_the_system_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(opening, "open_builtin", fail)

    with pytest.raises(PermissionError):
        open_session("builtin")


def test_a_name_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(ModelUnavailable, match="no model named “sam9”; did you mean “sam3”"):
        open_session("sam9")


@pytest.mark.parametrize("name", ["sam3.pt", "weights/sam3", "~/sam3.pt", "~no-such-user/sam3.pt"])
def test_a_path_that_leads_nowhere_is_told(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"no file or folder .*sam3"):
        open_session(name)


def test_a_file_that_is_no_checkpoint_is_told_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "sam3.safetensors"
    path.write_text("<html>Please sign in</html>")

    with pytest.raises(ModelUnavailable, match=r"sam3\.safetensors"):
        open_session(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no pipes with a name here.")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match="no file or folder"):
        open_session(tmp_path / "sam3.pt")


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no weights"):
        open_session(tmp_path)


def test_a_model_of_the_catalogue_is_opened_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Catalog().add(Path(shutil.copyfile(BUILTIN_WEIGHTS, tmp_path / "mine.safetensors")))
    (tmp_path / "elsewhere" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert open_session("mine").name == "Built-in"


def test_a_model_that_is_not_downloaded_is_told() -> None:
    with pytest.raises(ModelUnavailable, match="SAM 3 is not downloaded yet"):
        open_session("sam3")
