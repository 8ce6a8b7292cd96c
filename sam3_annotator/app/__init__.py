"""The program put together: from here on the window knows the project and the model.

`assembly` makes the objects of a window, the other files connect them, and `running` shows windows until the last is
closed.
"""

from sam3_annotator.app.assembly import assemble_window, build_window
from sam3_annotator.app.running import make_application, run

__all__ = ["assemble_window", "build_window", "make_application", "run"]
