"""Names that every system takes."""

from __future__ import annotations

import ntpath
import sys
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from sam3_annotator.project.formats.images.portable import portable_part, portable_path, shortened


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("2024-01-01T10:00:00.jpg", "2024-01-01T10_00_00.jpg"),
        ('a<b>c"d|e?f*g\\h.png', "a_b_c_d_e_f_g_h.png"),
        ("new\nline\x1f.png", "new_line_.png"),
        ("sub.", "sub_"),
        ("sub . ", "sub_"),
        ("...", "_"),
        ("con", "con_"),
        ("Aux.tar.png", "Aux_.tar.png"),
        ("nul .png", "nul_ .png"),
        ("lpt¹.png", "lpt¹_.png"),
        ("COM7", "COM7_"),
        ("CONIN$.png", "CONIN$_.png"),
    ],
)
def test_what_windows_cannot_have_is_replaced(name: str, portable: str) -> None:
    assert portable_part(name) == portable
    assert portable_part(portable) == portable
    assert not _is_reserved(portable)


def _is_reserved(name: str) -> bool:
    if sys.version_info >= (3, 13):
        return ntpath.isreserved(name)
    return PureWindowsPath(name).is_reserved()


@pytest.mark.parametrize(
    "name", ["a.png", "com.png", "COM10.png", "console", " a", "a..png", "~$a#%&+,;=@[]'`{}!.png", "é"]
)
def test_other_names_are_kept(name: str) -> None:
    assert portable_part(name) == name


@pytest.mark.parametrize("suffix", ["", ".jpg", ".jpeg"])
def test_long_names_are_cut_between_signs_with_room_for_the_suffix_of_labels(suffix: str) -> None:
    name = portable_part("猫" * 300 + suffix)

    assert name == "猫" * 83 + suffix
    assert len(name.removesuffix(suffix).encode()) + len(".json") <= 255


def test_what_stands_behind_a_name_is_never_cut() -> None:
    assert shortened("a" * 250 + ".png", "_12") == "a" * 247 + "_12.png"
    assert shortened("a" * 250 + ".png") == "a" * 250 + ".png"
    assert shortened("a.png", "_2") == "a_2.png"


def test_every_part_of_a_path_becomes_portable() -> None:
    assert portable_path(PurePosixPath("a:/b./c?.png")) == PurePosixPath("a_/b_/c_.png")
