"""SAM 3 Annotator: turn photographs into segmentation datasets by clicking, boxing and typing."""

import os

__version__ = "0.1.0"

# ONNX Runtime reads this when it is imported, wherever that is: else it names the machine and reports to Microsoft.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
