"""Checks of a project: what would spoil a training, and what looks like a slip; reads only."""

from sam3_annotator.project.checks.agreement import (
    Agreement,
    OutlinedInstance,
    agreement_with,
    compare_outlines,
    find_disagreements,
    least_agreement,
    outlined_instances,
)
from sam3_annotator.project.checks.checking import check_project
from sam3_annotator.project.checks.findings import Finding, FindingKind, Severity
from sam3_annotator.project.checks.images import find_undecodable

__all__ = [
    "Agreement",
    "Finding",
    "FindingKind",
    "OutlinedInstance",
    "Severity",
    "agreement_with",
    "check_project",
    "compare_outlines",
    "find_disagreements",
    "find_undecodable",
    "least_agreement",
    "outlined_instances",
]
