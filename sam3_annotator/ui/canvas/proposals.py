"""What was found on an image, of a concept or of an earlier image's instances, shown and not yet accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sam3_annotator.model import ConceptPrompt, Window
from sam3_annotator.project import Category, CategoryId, ImageId, InstanceCopy, InstanceId, Region
from sam3_annotator.ui.canvas.hit_test import BoxXyxy


@dataclass(frozen=True, slots=True)
class Proposal:
    """One instance that was found.

    `box_xyxy` is the model's own box in image pixels. It tells this one from all others found of the same concept,
    whatever the threshold. `score` is 0..1. `simplification_iou` is the IoU of the region with the mask that it was
    made from. `model` is what people call the model that found it. If an instance of an earlier image was looked for,
    this is a `copy_of` that, whose category had the `category_id`; what was found of a concept has neither.
    """

    box_xyxy: BoxXyxy
    region: Region
    score: float
    simplification_iou: float
    model: str = ""
    copy_of: InstanceCopy | None = None
    category_id: CategoryId | None = None

    def renamed(self, categories: Mapping[CategoryId, Category]) -> Proposal:
        """Be of the category that has come of its own, if it has one and the id of that is among these."""
        category = categories.get(self.category_id) if self.category_id is not None else None
        if self.copy_of is None or category is None:
            return self
        name, color, supercategory = category.name, category.color, category.supercategory
        copy = replace(self.copy_of, category_name=name, category_color=color, supercategory=supercategory)
        return replace(self, copy_of=copy, category_id=category.id)


@dataclass(frozen=True, slots=True)
class PropagatedFrom:
    """The image before, by id and name, and how many instances of it are looked for."""

    image_id: ImageId
    name: str
    instance_count: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """What is looked for on an image and what was found of it; every method returns new ones.

    It is a concept, or the instances of the image that it is `propagated_from`; then the concept is empty.

    `answer` is the last one, best first, to the concept `answered`: all that scores `reach` or more. `found` is what
    of it scores enough; `settled` are those that were labelled, each with the instance it is now, or rejected (None),
    and `open` the rest. `focus` is the one turned to last. While a newer question waits for its answer, the last one
    goes on being shown. `has_failed` says that the model could not answer. `beside` is what was found of the concept
    before the model looked elsewhere on the image; `window` is what of it the answer is about, None being the whole.
    `rejected` are those that undo takes back, the last at the end: nothing was done in the project since.
    """

    image_id: ImageId
    concept: ConceptPrompt
    answer: tuple[Proposal, ...] = ()
    answered: ConceptPrompt | None = None
    reach: float = 0.0
    found: tuple[Proposal, ...] = ()
    settled: Mapping[BoxXyxy, InstanceId | None] = field(default_factory=dict)
    focus: BoxXyxy | None = None
    is_waiting: bool = False
    has_failed: bool = False
    beside: tuple[Proposal, ...] = ()
    window: Window | None = None
    propagated_from: PropagatedFrom | None = None
    rejected: tuple[BoxXyxy, ...] = ()

    @property
    def says_what(self) -> bool:
        """There is a phrase, a positive exemplar or an image before; what only tells what it is not cannot be asked."""
        exemplars = self.concept.exemplars
        is_concept = bool(self.concept.phrase) or any(exemplar.positive for exemplar in exemplars)
        return is_concept or self.propagated_from is not None

    @property
    def unanswered_source(self) -> PropagatedFrom | None:
        """The image before, while nobody knows where its instances are and the model has not failed."""
        return None if self.is_current or self.has_failed else self.propagated_from

    @property
    def open(self) -> tuple[Proposal, ...]:
        """What is neither labelled nor rejected, best first."""
        return tuple(proposal for proposal in self.found if proposal.box_xyxy not in self.settled)

    @property
    def unsettled(self) -> tuple[Proposal, ...]:
        """What of the answer is neither labelled nor rejected, whatever it scores."""
        return tuple(proposal for proposal in self.answer if proposal.box_xyxy not in self.settled)

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
        """What was answered of the very concept, labelled and rejected ones and those that score less, too."""
        return self.answer if self.is_current else ()

    def is_known_above(self, threshold: float) -> bool:
        """Say whether all of the concept that scores so much or more is known."""
        return self.is_current and threshold >= self.reach

    def with_concept(self, concept: ConceptPrompt) -> Proposals:
        """Look for a concept, anew if it is the same: what was rejected before may be wanted now."""
        return replace(self, concept=concept, answered=None, beside=(), propagated_from=None)

    def with_propagated(self, propagated_from: PropagatedFrom) -> Proposals:
        """Look for the instances of an image before, anew if they are the same, and for no concept."""
        return replace(self.with_concept(ConceptPrompt()), propagated_from=propagated_from)

    def elsewhere(self) -> Proposals:
        """Keep what was found, and look for the same concept in another part of the image too."""
        return replace(self, beside=self.known)

    def with_threshold(self, threshold: float) -> Proposals:
        """Take for found, of what is known, what scores so much or more."""
        found = tuple(proposal for proposal in self.answer if proposal.score >= threshold)
        return replace(self, found=found, has_failed=self.has_failed and not self.is_known_above(threshold))

    def waiting(self) -> Proposals:
        """Wait for an answer, to another concept or to the same one at another threshold."""
        return replace(self, is_waiting=True, has_failed=False)

    def without_answer(self) -> Proposals:
        """Have nothing found, and wait for nothing."""
        return replace(self.left_alone(), answer=(), found=(), answered=None, has_failed=False)

    def left_alone(self) -> Proposals:
        """Wait for nothing; what was asked may be asked again."""
        return replace(self, is_waiting=False)

    def with_found(self, found: Sequence[Proposal], reach: float = 0.0, window: Window | None = None) -> Proposals:
        """Take the answer, best first: all in the `window` that scores `reach` or more, and what is known beside it."""
        answer = tuple(found)
        return replace(
            self,
            answer=answer,
            answered=self.concept,
            reach=reach,
            found=answer,
            settled=self.settled if self.is_current else {},
            rejected=self.rejected if self.is_current else (),
            is_waiting=False,
            has_failed=False,
            window=window,
        )

    def with_failure(self) -> Proposals:
        """Note that the model could not answer."""
        return replace(self, is_waiting=False, has_failed=True)

    def with_rejected(self, boxes: Iterable[BoxXyxy]) -> Proposals:
        """Take some out of the open ones, since they are not wanted."""
        rejected = tuple(boxes)
        return replace(self.with_labelled(dict.fromkeys(rejected)), rejected=(*self.rejected, *rejected))

    def with_rejection_undone(self) -> Proposals:
        """Have the one rejected last open again, and turn to it; nothing changes where there is none to take back."""
        if not self.rejected:
            return self
        *others, last = self.rejected
        settled = {box: id_ for box, id_ in self.settled.items() if box != last}
        return replace(self, settled=settled, rejected=tuple(others), focus=last)

    def with_rejections_kept(self) -> Proposals:
        """Have undo take back no rejection: something else was done since."""
        return replace(self, rejected=())

    def with_labelled(self, instances: Mapping[BoxXyxy, InstanceId | None]) -> Proposals:
        """Take out of the open ones what these instances are; `None` stands for none.

        The one after the focused comes into focus, else the one before it.
        """
        settled = {**self.settled, **instances}
        rest = replace(self, settled=settled)
        if self.focused is None or self.focused.box_xyxy not in settled:
            return rest
        order = [proposal.box_xyxy for proposal in self.open]
        at = order.index(self.focused.box_xyxy)
        following = (*order[at:], *reversed(order[:at]))
        return replace(rest, focus=next((box for box in following if box not in settled), None))

    def with_reopened(self, instance_ids: Collection[InstanceId]) -> Proposals:
        """Take back that these instances label anything: they are gone."""
        return replace(self, settled={box: id_ for box, id_ in self.settled.items() if id_ not in instance_ids})

    def with_categories(self, categories: Mapping[CategoryId, Category]) -> Proposals:
        """Let what is of a category with one of these ids be of what has come of that."""
        renamed = {id(each): each.renamed(categories) for each in self.answer}
        found = tuple(renamed[id(each)] for each in self.found)
        return replace(self, answer=tuple(renamed.values()), found=found)

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
