"""Makes the application and its archive in `dist`, and tries it out: `python -m bundle`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bundle import contents, naming
from bundle.licences import write_licences
from bundle.trial import TrialFailed, try_out
from sam3_annotator.paths import APP_NAME
from sam3_annotator.program import WINDOW_PROGRAM

DIST = contents.ROOT / "dist"
MEGABYTE = 1_000_000


def main() -> int:
    """Make, pack, unpack and try; returns the exit status."""
    folder = _make()
    archive = _pack(folder)
    print(f"{archive}: {archive.stat().st_size / MEGABYTE:,.0f} MB; unpacked {_size(folder) / MEGABYTE:,.0f} MB")
    with tempfile.TemporaryDirectory() as elsewhere:
        shutil.unpack_archive(archive, elsewhere, filter="data" if archive.suffix == ".gz" else None)
        home = Path(elsewhere) / "home"
        home.mkdir()
        try:
            try_out(_inside(Path(elsewhere) / folder.name)[0], home)
        except TrialFailed as error:
            print(f"{archive} is no good: {error}", file=sys.stderr)
            return 1
    print("Unpacked elsewhere it outlines what it should.")
    return 0


def _make() -> Path:
    """Have PyInstaller make the application; gives its folder, in which the licences lie."""
    folder = DIST / naming.folder_name()
    shutil.rmtree(folder, ignore_errors=True)
    spec = contents.ROOT / "bundle" / f"{APP_NAME}.spec"
    words = ["--noconfirm", "--distpath", str(DIST), "--workpath", str(contents.ROOT / "build"), str(spec)]
    subprocess.run([sys.executable, "-m", "PyInstaller", *words], cwd=contents.ROOT, check=True)
    if sys.platform == "darwin":  # the same files, as an application of macOS
        application = DIST / f"{WINDOW_PROGRAM}.app"
        shutil.rmtree(folder)
        folder.mkdir()
        application.rename(folder / application.name)
    write_licences(folder, _inside(folder)[1])
    return folder


def _inside(folder: Path) -> tuple[Path, Path]:
    """Give the command line of an application and the folder of its libraries."""
    if sys.platform == "darwin":
        application = folder / f"{WINDOW_PROGRAM}.app" / "Contents"
        return application / "MacOS" / APP_NAME, application / "Frameworks"
    return folder / (f"{APP_NAME}.exe" if sys.platform == "win32" else APP_NAME), folder / "_internal"


def _pack(folder: Path) -> Path:
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))
    archive = folder.with_name(f"{folder.name}.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=6) as packed:  # the highest takes three times as long, for 1 %
        packed.add(folder, folder.name)
    return archive


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


if __name__ == "__main__":
    sys.exit(main())
