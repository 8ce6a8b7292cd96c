"""The command that looks for mistakes in a project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from sam3_annotator.commands.audit import Audit, audit_labels, open_for_audit
from sam3_annotator.commands.failures import DONE
from sam3_annotator.commands.model_options import ModelOptions
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.project import Finding, FindingKind, ProjectStore, Severity, check_project, images_in_use
from sam3_annotator.project.words import counted

_SHOWN = 5  # findings of a kind


def print_findings(project: Path, *, as_json: bool) -> int:
    """Print what the checks find, the worst first, as lines or as one JSON document."""
    with ProjectStore.snapshot(project) as store, progress_bar("Checking") as progress:
        findings = check_project(store, progress)
        told = _document(project, store, findings) if as_json else _text(project, len(images_in_use(store)), findings)
    print(told)
    return DONE


def print_audit(project: Path, *, model: ModelOptions, least: float | None, as_json: bool) -> int:
    """Print also what a model draws otherwise, with an IoU below `least` or the usual, and what it sees otherwise."""
    with ProjectStore.snapshot(project) as store:
        session = open_for_audit(model)
        with progress_bar("Checking") as progress:
            findings = list(check_project(store, progress))
        audit = audit_labels(store, session, model.cache_gigabytes, least, findings)
        findings += audit.findings
        if as_json:
            told = _document(project, store, findings, _answers(audit))
        else:
            told = f"{_text(project, len(images_in_use(store)), findings)}\n{project}: {audit.in_words}"
    print(told)
    return DONE


def _answers(audit: Audit) -> dict[str, object]:
    low = sorted(audit.agreements, key=lambda each: each.iou)
    instances = [{"id": each.instance.id, "image": each.instance.image_path, "agreement": each.iou} for each in low]
    phrases = [{"category": each.name, "phrases": list(each.phrases)} for each in audit.sought]
    return {"audit": {"model": audit.model, "instances": instances, "phrases": phrases}}


def _document(
    project: Path, store: ProjectStore, findings: Iterable[Finding], more: Mapping[str, object] | None = None
) -> str:
    found = sorted(findings, key=lambda finding: _RANKS[finding.kind])
    counts = Counter(finding.kind for finding in found)
    document = {
        "project": str(project),
        "findings": [
            {**finding.as_dict(), "image": None if finding.image_id is None else store.image(finding.image_id).path}
            for finding in found
        ],
        "counts": {
            **{severity.value: number for severity, number in _by_severity(counts).items()},
            "kinds": {kind.value: counts[kind] for kind in FindingKind if counts[kind]},
        },
        **(more or {}),
    }
    return json.dumps(document, indent=2)


def _text(project: Path, images: int, findings: Iterable[Finding]) -> str:
    counts: Counter[FindingKind] = Counter()
    first: dict[FindingKind, list[str]] = {}  # of many findings only those to be shown stay in memory
    for finding in findings:
        counts[finding.kind] += 1
        if counts[finding.kind] <= _SHOWN:
            first.setdefault(finding.kind, []).append(finding.sentence)
    if not counts:
        return f"{project}: nothing found in {counted(images, 'image')}."
    lines = []
    for kind in FindingKind:
        if counts[kind]:
            lines += [f"{kind.severity}: {kind.heading} ({counts[kind]})", *(f"  {line}" for line in first[kind])]
        if counts[kind] > _SHOWN:
            lines.append(f"  ... and {counts[kind] - _SHOWN} more")
    totals = ", ".join(counted(number, severity.value) for severity, number in _by_severity(counts).items())
    is_cut = max(counts.values()) > _SHOWN
    return "\n".join([*lines, f"{project}: {totals}" + ("; --json lists them all" if is_cut else "")])


_RANKS = {kind: rank for rank, kind in enumerate(FindingKind)}


def _by_severity(counts: Counter[FindingKind]) -> dict[Severity, int]:
    return {severity: sum(counts[kind] for kind in FindingKind if kind.severity is severity) for severity in Severity}
