"""The command that looks for mistakes in a project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sam3_annotator.commands.audit import Audit, audit_labels, open_for_audit
from sam3_annotator.commands.failures import DONE
from sam3_annotator.commands.model_options import ModelOptions
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.project import (
    Dismissals,
    Finding,
    FindingKind,
    ProjectStore,
    Severity,
    check_project,
    images_in_use,
)
from sam3_annotator.project.words import counted

_SHOWN = 5  # findings of a kind


def print_findings(project: Path, *, with_dismissed: bool, as_json: bool) -> int:
    """Print what the checks find, the worst first, as lines or as one JSON document; dismissed findings if asked."""
    with ProjectStore.snapshot(project) as store, progress_bar("Checking") as progress:
        judged = _Judged(store, check_project(store, progress), tells_dismissed=with_dismissed)
        told = _document(project, store, judged) if as_json else _text(project, len(images_in_use(store)), judged)
    print(told)
    return DONE


def print_audit(project: Path, *, model: ModelOptions, least: float | None, with_dismissed: bool, as_json: bool) -> int:
    """Print also what a model draws otherwise, with an IoU below `least` or the usual, and what it sees otherwise."""
    with ProjectStore.snapshot(project) as store:
        session = open_for_audit(model)
        with progress_bar("Checking") as progress:
            findings = list(check_project(store, progress))
        audit = audit_labels(store, session, model.cache_gigabytes, least, findings)
        judged = _Judged(store, [*findings, *audit.findings], tells_dismissed=with_dismissed)
        if as_json:
            told = _document(project, store, judged, _answers(audit))
        else:
            told = f"{_text(project, len(images_in_use(store)), judged)}\n{project}: {audit.in_words}"
    print(told)
    return DONE


class _Judged:
    """The findings to be told, each with whether it is dismissed; `dismissed` counts those that are, told or not.

    To be gone through once: then they are counted.
    """

    def __init__(self, store: ProjectStore, findings: Iterable[Finding], *, tells_dismissed: bool) -> None:
        self._dismissals = Dismissals(store)
        self._findings = findings
        self.tells_dismissed = tells_dismissed
        self.dismissed = 0

    def __iter__(self) -> Iterator[tuple[Finding, bool]]:
        for finding in self._findings:
            is_dismissed = bool(self._dismissals.of(finding))
            self.dismissed += is_dismissed
            if self.tells_dismissed or not is_dismissed:
                yield finding, is_dismissed


def _answers(audit: Audit) -> dict[str, object]:
    low = sorted(audit.agreements, key=lambda each: each.iou)
    instances = [{"id": each.instance.id, "image": each.instance.image_path, "agreement": each.iou} for each in low]
    phrases = [{"category": each.name, "phrases": list(each.phrases)} for each in audit.sought]
    return {"audit": {"model": audit.model, "instances": instances, "phrases": phrases}}


def _document(project: Path, store: ProjectStore, judged: _Judged, more: Mapping[str, object] | None = None) -> str:
    found = sorted(judged, key=lambda each: _RANKS[each[0].kind])
    counts = Counter(finding.kind for finding, _ in found)
    document = {
        "project": str(project),
        "findings": [
            {
                **finding.as_dict(),
                "image": None if finding.image_id is None else store.image(finding.image_id).path,
                "dismissed": is_dismissed,
            }
            for finding, is_dismissed in found
        ],
        "counts": {
            **{severity.value: number for severity, number in _by_severity(counts).items()},
            "dismissed": judged.dismissed,
            "kinds": {kind.value: counts[kind] for kind in FindingKind if counts[kind]},
        },
        **(more or {}),
    }
    return json.dumps(document, indent=2)


def _text(project: Path, images: int, judged: _Judged) -> str:
    counts: Counter[FindingKind] = Counter()
    first: dict[FindingKind, list[str]] = {}  # of many findings only those to be shown stay in memory
    for finding, is_dismissed in judged:
        counts[finding.kind] += 1
        if counts[finding.kind] <= _SHOWN:
            first.setdefault(finding.kind, []).append(f"{'(dismissed) ' if is_dismissed else ''}{finding.sentence}")
    if not counts:
        return f"{project}: nothing found in {counted(images, 'image')}{_dismissed_words(judged)}."
    lines = []
    for kind in FindingKind:
        if counts[kind]:
            lines += [f"{kind.severity}: {kind.heading} ({counts[kind]})", *(f"  {line}" for line in first[kind])]
        if counts[kind] > _SHOWN:
            lines.append(f"  ... and {counts[kind] - _SHOWN} more")
    totals = ", ".join(counted(number, severity.value) for severity, number in _by_severity(counts).items())
    is_cut = max(counts.values()) > _SHOWN
    rest = "; --json lists them all" if is_cut else ""
    return "\n".join([*lines, f"{project}: {totals}{_dismissed_words(judged)}{rest}"])


def _dismissed_words(judged: _Judged) -> str:
    if not judged.dismissed:
        return ""
    if judged.tells_dismissed:
        return f", {judged.dismissed:,} of them dismissed"
    return f", besides {judged.dismissed:,} dismissed (--dismissed tells {'it' if judged.dismissed == 1 else 'them'})"


_RANKS = {kind: rank for rank, kind in enumerate(FindingKind)}


def _by_severity(counts: Counter[FindingKind]) -> dict[Severity, int]:
    return {severity: sum(counts[kind] for kind in FindingKind if kind.severity is severity) for severity in Severity}
