"""The licences of what the application holds lie beside it."""

from __future__ import annotations

from pathlib import Path

from bundle import contents
from bundle.licences import write_licences


def test_every_package_has_its_texts_or_says_its_licence(tmp_path: Path) -> None:
    write_licences(tmp_path, tmp_path)

    index = (tmp_path / "licences" / "README.md").read_text(encoding="utf-8")
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in index.splitlines() if " | " in line}
    names = [each.name for each in contents.bundled_distributions()]
    assert "Apache License" in (tmp_path / "LICENSE").read_text(encoding="utf-8")
    assert {"torch", "numpy", "Python"} <= set(lines)
    assert [name for name in names if name not in lines] == []
    assert "networkx" not in names
    without_text = {name for name in names if not (tmp_path / "licences" / name).is_dir()}
    # Qt brings no texts: they are beside.
    assert without_text <= {"PySide6_Essentials", "shiboken6"}
    assert [name for name in without_text if "LGPL-3.0" not in lines[name]] == []
    assert {"LGPL-3.0.txt", "GPL-3.0.txt", "Python.txt"} <= {path.name for path in (tmp_path / "licences").iterdir()}
