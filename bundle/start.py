"""What the programs of the application do first."""

from __future__ import annotations

import os
import sys
from multiprocessing import freeze_support


def leave_others_alone() -> None:
    """Take what leads to the application's own libraries out of the environment of the programs that it starts.

    A file manager or a browser would load Qt and others from there. By now the loader and Qt have read what they need.
    """
    for name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
        os.environ.pop(name, None)
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        os.environ.pop(name, None)
        before = os.environ.pop(f"{name}_ORIG", None)
        if before is not None:
            os.environ[name] = before
    # Started by itself, as `doctor` does, the application would else take it that all this is still there.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


if __name__ == "__main__":
    freeze_support()
    leave_others_alone()
    from sam3_annotator.__main__ import main

    sys.exit(main())
