"""SAM 3 Annotator: turn photographs into segmentation datasets by clicking, boxing and typing."""

__version__ = "0.1.0"
