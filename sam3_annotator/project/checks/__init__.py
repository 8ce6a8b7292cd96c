"""Checks of a project: what would spoil a training, and what looks like a slip; reads only."""

from sam3_annotator.project.checks.checking import check_project
from sam3_annotator.project.checks.findings import Finding, FindingKind, Severity

__all__ = ["Finding", "FindingKind", "Severity", "check_project"]
