"""Checks of a project: what would spoil a training, and what looks like a slip; reads only."""

from sam3_annotator.project.checks.agreement import (
    Agreement,
    ComparedInstance,
    OutlinedInstance,
    agreement_with,
    compare_outlines,
    find_disagreements,
    least_agreement,
    outlined_instances,
)
from sam3_annotator.project.checks.checking import check_project
from sam3_annotator.project.checks.dismissals import (
    Dismissals,
    dismiss_findings,
    dismissed_among,
    restore_findings,
)
from sam3_annotator.project.checks.findings import BY_BOXES, BY_PHRASES, Finding, FindingKind, Severity
from sam3_annotator.project.checks.holding import findings_that_hold
from sam3_annotator.project.checks.images import find_undecodable
from sam3_annotator.project.checks.leftovers import Tidied, without_leftovers
from sam3_annotator.project.checks.sightings import (
    ASKED_SCORE,
    Labelled,
    SeenImage,
    Sighting,
    SoughtCategory,
    compare_sightings,
    find_by_sightings,
    labelled_on,
    phrases_of,
    sightings_in_words,
    sought_categories,
)

__all__ = [
    "ASKED_SCORE",
    "BY_BOXES",
    "BY_PHRASES",
    "Agreement",
    "ComparedInstance",
    "Dismissals",
    "Finding",
    "FindingKind",
    "Labelled",
    "OutlinedInstance",
    "SeenImage",
    "Severity",
    "Sighting",
    "SoughtCategory",
    "Tidied",
    "agreement_with",
    "check_project",
    "compare_outlines",
    "compare_sightings",
    "dismiss_findings",
    "dismissed_among",
    "find_by_sightings",
    "find_disagreements",
    "find_undecodable",
    "findings_that_hold",
    "labelled_on",
    "least_agreement",
    "outlined_instances",
    "phrases_of",
    "restore_findings",
    "sightings_in_words",
    "sought_categories",
    "without_leftovers",
]
