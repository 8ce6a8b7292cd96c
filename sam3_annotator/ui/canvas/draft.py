"""The instance being made on the canvas: its prompts, what the model answered, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import MaskPrompt, PointPrompt, Prompt, Window
from sam3_annotator.project import CategoryId, ImageId, Instance, Region


@dataclass(frozen=True, slots=True)
class Candidate:
    """One region that may be meant by the prompts.

    `predicted_iou` is the model's own judgement of its mask, 0..1. `simplification_iou` is the IoU of the simplified
    region with that mask. `model` is what people call the model that gave it. `logits` `(h, w)` are its low-resolution
    mask: the model can go on from them.
    """

    region: Region
    predicted_iou: float
    simplification_iou: float
    model: str = ""
    logits: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates the model gave for exactly these prompts, best first; none if it found nothing.

    `index` says which of them is shown. `window` is what the model saw of the image, `start` the region that the
    prompts corrected.
    """

    prompts: tuple[Prompt, ...]
    candidates: tuple[Candidate, ...]
    index: int = 0
    window: Window | None = None
    start: Region | None = None

    @property
    def chosen(self) -> tuple[MaskPrompt, ...]:
        """The mask to go on from where the user has chosen another than the best; else nothing need be said."""
        if self.index == 0 or (logits := self.candidates[self.index].logits) is None:
            return ()
        return (MaskPrompt(logits),)

    @property
    def region(self) -> Region:
        """The region of the candidate that is shown; empty if nothing was found."""
        return self.candidates[self.index].region if self.candidates else Region()


@dataclass(frozen=True, slots=True)
class Correction:
    """What a draft corrects: the instance as it is in the project, and the category it is to have."""

    instance: Instance
    category_id: CategoryId


@dataclass(frozen=True, slots=True)
class Draft:
    """Prompts in the order they were given, and the answers to them so far; every method returns a new draft.

    Answers to shorter prompt lists are kept, so that taking a prompt back shows its region again at once.
    While a newer prompt waits for its answer, the last answer goes on being shown. `has_failed` says that the model
    could not answer the prompts. A draft that `corrects` an instance begins with the region of that. The model is to
    see the image through `window` (None: the whole); what it said through another is asked again, and begun with.
    """

    image_id: ImageId
    prompts: tuple[Prompt, ...] = ()
    answers: tuple[Answer, ...] = ()
    has_failed: bool = False
    corrects: Correction | None = None
    window: Window | None = None

    @property
    def index(self) -> int:
        """Which candidate is shown."""
        return self.answers[-1].index if self.answers else 0

    @property
    def asked(self) -> tuple[Prompt, ...]:
        """The prompts as the model is asked: where the user chose a candidate, later prompts correct that one.

        What the draft corrects comes before them, see `start`.
        """
        # Logits are of what the model saw, and those from before the start would take its place.
        seen = self.window, self.start
        chosen = {len(each.prompts): each.chosen for each in self.answers if (each.window, each.start) == seen}
        asked: list[Prompt] = []
        for count, prompt in enumerate(self.prompts):
            asked += [*chosen.get(count, ()), prompt]
        return tuple(asked)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What the last answer offers, best first."""
        return self.answers[-1].candidates if self.answers else ()

    @property
    def start(self) -> Region | None:
        """The region that the prompts are to correct; None if they are about an object nobody has outlined yet."""
        if self.answers:
            last = self.answers[-1]
            if last.window == self.window:
                return last.start
            is_seen = self.window is None or self.window.shows(last.region.box_xyxy)
            if is_seen and not last.region.is_empty:
                return last.region
        return None if self.corrects is None else self.corrects.instance.region

    @property
    def region(self) -> Region:
        """The region of the candidate chosen, before the first answer the one to be corrected; empty if neither is."""
        return self.answers[-1].region if self.answers else self.start or Region()

    @property
    def says_where(self) -> bool:
        """Some prompt, or the start, is on the object; what only tells where it is not cannot be asked."""
        is_begun = self.corrects is not None
        return is_begun or any(not isinstance(prompt, PointPrompt) or prompt.positive for prompt in self.prompts)

    @property
    def outlines(self) -> bool:
        """Its prompts have given a region, or are about to: what would be lost with the draft."""
        return bool(self.prompts) and self.says_where and (self.is_waiting or not self.region.is_empty)

    @property
    def is_answered(self) -> bool:
        """The candidates are the answer to all prompts, of what the model is to see."""
        if not self.answers:
            return not self.prompts
        return (self.prompts, self.window) == (self.answers[-1].prompts, self.answers[-1].window)

    @property
    def is_waiting(self) -> bool:
        """The answer to the prompts is still to come."""
        return self.says_where and not self.is_answered and not self.has_failed

    def is_cut(self, image_size: tuple[int, int]) -> bool:
        """Tell whether the region ends where the window does, within an image of this height and width."""
        region = self.region
        return self.window is not None and not region.is_empty and self.window.cuts(region.box_xyxy, image_size)

    def with_prompt(self, prompt: Prompt) -> Draft:
        """Add a prompt; the draft waits for its answer then."""
        return replace(self, prompts=(*self.prompts, prompt), has_failed=False)

    def with_failure(self, *, has_failed: bool = True) -> Draft:
        """Note that the model could not answer, or that it is asked again."""
        return replace(self, has_failed=has_failed)

    def correcting(self, instance: Instance, category_id: CategoryId) -> Draft:
        """Correct an instance, which is to have this category."""
        return replace(self, corrects=Correction(instance, category_id))

    def through(self, window: Window | None) -> Draft:
        """Have the model see the image through a window; what it could not answer before, it may be able to there."""
        return replace(self, window=window, has_failed=False)

    def uncut(self) -> Draft:
        """Forget what was seen through the window, which has cut it, and have the model see the whole image."""
        answers = tuple(answer for answer in self.answers if answer.window != self.window)
        return replace(self, answers=answers, window=None, has_failed=False)

    def without_last_prompt(self) -> Draft:
        """Take the last prompt back and return to the answer from before it, if there was one."""
        prompts = self.prompts[:-1]
        answers = tuple(answer for answer in self.answers if len(answer.prompts) <= len(prompts))
        window = answers[-1].window if answers and answers[-1].prompts == prompts else self.window
        return replace(self, prompts=prompts, answers=answers, has_failed=False, window=window)

    def with_candidates(self, candidates: Sequence[Candidate]) -> Draft:
        """Take the answer to all prompts there are."""
        earlier = tuple(answer for answer in self.answers if len(answer.prompts) < len(self.prompts))
        answer = Answer(self.prompts, tuple(candidates), window=self.window, start=self.start)
        return replace(self, answers=(*earlier, answer), has_failed=False)

    def with_next_candidate(self, step: int = 1) -> Draft:
        """Choose the next candidate, or with -1 the previous; after the last comes the first."""
        if not self.candidates:
            return self
        last = self.answers[-1]
        return replace(
            self, answers=(*self.answers[:-1], replace(last, index=(last.index + step) % len(last.candidates)))
        )
