"""What was found of a concept on an image, shown and not yet accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import ImageId, Region

BoxXyxy = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One instance that was found.

    `box_xyxy` is the model's own, in image pixels, which tells it from all others that were found of the same concept,
    whatever the threshold; `score` is 0..1; `simplification_iou` is the IoU of the region with the mask it was made
    from; `model` is what people call the model that found it.
    """

    box_xyxy: BoxXyxy
    region: Region
    score: float
    simplification_iou: float
    model: str = ""


@dataclass(frozen=True, slots=True)
class Proposals:
    """The concept looked for on an image and what was found of it; every method returns new ones.

    `found` is the last answer, best first, to the concept `answered`; `settled` are those of it that were accepted or
    rejected, and `open` the rest. `focus` is the one turned to last. While a newer question waits for its answer, the
    last one goes on being shown. `has_failed` says that the model could not answer.
    """

    image_id: ImageId
    concept: ConceptPrompt
    found: tuple[Proposal, ...] = ()
    answered: ConceptPrompt | None = None
    settled: frozenset[BoxXyxy] = frozenset()
    focus: BoxXyxy | None = None
    is_waiting: bool = False
    has_failed: bool = False

    @property
    def says_what(self) -> bool:
        """There is a phrase or a positive exemplar; what only tells what it is not cannot be asked."""
        return bool(self.concept.phrase) or any(exemplar.positive for exemplar in self.concept.exemplars)

    @property
    def open(self) -> tuple[Proposal, ...]:
        """What is neither accepted nor rejected, best first."""
        return tuple(proposal for proposal in self.found if proposal.box_xyxy not in self.settled)

    @property
    def focused(self) -> Proposal | None:
        """The one the keys are about: the one turned to last, else the best; None if there is none."""
        return next((each for each in self.open if each.box_xyxy == self.focus), next(iter(self.open), None))

    @property
    def is_current(self) -> bool:
        """What was found is of the concept looked for, not of the one before."""
        return self.answered == self.concept

    @property
    def known(self) -> tuple[Proposal, ...]:
        """What was found of the very concept, accepted and rejected ones too."""
        return self.found if self.is_current else ()

    def with_concept(self, concept: ConceptPrompt) -> Proposals:
        """Look for a concept, anew if it is the same; what was rejected before may be wanted now."""
        return replace(self, concept=concept, settled=frozenset())

    def waiting(self) -> Proposals:
        """Wait for an answer, to another concept or to the same one at another threshold."""
        return replace(self, is_waiting=True, has_failed=False)

    def without_answer(self) -> Proposals:
        """Have nothing found, and wait for nothing."""
        return replace(self, found=(), answered=None, is_waiting=False, has_failed=False)

    def with_found(self, found: Sequence[Proposal]) -> Proposals:
        """Take the answer, best first."""
        return replace(self, found=tuple(found), answered=self.concept, is_waiting=False, has_failed=False)

    def with_failure(self) -> Proposals:
        """Note that the model could not answer."""
        return replace(self, is_waiting=False, has_failed=True)

    def with_settled(self, boxes: Iterable[BoxXyxy]) -> Proposals:
        """Take some out of the open ones; the one after the focused comes into focus, else the one before it."""
        settled = self.settled | frozenset(boxes)
        rest = replace(self, settled=settled)
        if self.focused is None or self.focused.box_xyxy not in settled:
            return rest
        order = [proposal.box_xyxy for proposal in self.open]
        at = order.index(self.focused.box_xyxy)
        following = (*order[at:], *reversed(order[:at]))
        return replace(rest, focus=next((box for box in following if box not in settled), None))

    def with_focus(self, box_xyxy: BoxXyxy) -> Proposals:
        """Turn to one of the open ones; another box is no one's, and leaves the focus as it is."""
        is_open = any(proposal.box_xyxy == box_xyxy for proposal in self.open)
        return replace(self, focus=box_xyxy) if is_open else self

    def with_focus_moved(self, step: int) -> Proposals:
        """Turn to the next open one, or with -1 to the previous; after the last comes the first."""
        order = [proposal.box_xyxy for proposal in self.open]
        if not order or self.focused is None:
            return self
        return replace(self, focus=order[(order.index(self.focused.box_xyxy) + step) % len(order)])
