"""The instances of an image on their way through those that follow: what goes on from each to the next, what ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sam3_annotator.model import Workbench
from sam3_annotator.project import (
    ImageId,
    ImageState,
    Instance,
    InstanceId,
    KnownError,
    ProjectStore,
    counted,
    first_names,
    instance_counts,
    state_of,
)
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.verbs.instance_search import labelled_as, original_of, search_again, store_found_again


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """From which image instances are propagated, through which images, in this order, and down to which score.

    `instance_ids` are those instances of the first image; None is all that each image has.
    """

    source_id: ImageId
    image_ids: tuple[ImageId, ...]
    threshold: float
    instance_ids: frozenset[InstanceId] | None = None


class PropagationChain:
    """Carries out a plan: each image gets the instances that are on the image before it by then, in one undo step.

    Call `take` for each image, the first included, in their order. Where it returns True, have the model run `job`, and
    pass the answer to `settle`, which labels what was found. An instance that is labelled there already stays as it is,
    and goes on from there; one that is not found again, or scores too little, goes no further. Images that are finished
    are not changed, but the next one gets what is on them. Images that are gone or left out are passed over.

    The project may change between any two calls. `describe_model` and `since` as in `store_found_again`.
    """

    def __init__(
        self,
        store: ProjectStore,
        plan: SequencePlan,
        describe_model: Callable[[str], str] = str,
        since: int | None = None,
    ) -> None:
        """Raise `KeyError` if the first image is gone."""
        self._store = store
        self._plan = plan
        self._describe_model = describe_model
        self._since = since
        self._source_name = store.image(plan.source_id).name
        self._carried = plan.instance_ids
        self._before: ShownImage | None = None  # the image that hands on its instances
        self._image: ShownImage | None = None  # that is looked at
        self._asked: tuple[Instance, ...] = ()
        self._left = plan.image_ids
        self._made: Counter[ImageId] = Counter()
        self._known_count = 0
        self._finished_count = 0
        self._lost: Counter[tuple[str, str]] = Counter()  # by category and image

    def takes(self, image_id: ImageId) -> bool:
        """Say whether an image is of use as it is now, else it need not be read."""
        return image_id == self._plan.source_id or state_of(self._store, image_id) not in (None, ImageState.LEFT_OUT)

    def take(self, image: ShownImage) -> bool:
        """Take the next image; says whether the model is to be asked about it."""
        if image.image_id in self._left:
            self._left = self._left[self._left.index(image.image_id) + 1 :]
        state = state_of(self._store, image.image_id)
        if self._before is None:
            self._hand_on(image)
            return False
        if state is None or state is ImageState.LEFT_OUT:
            return False
        self._asked = () if state.is_finished and self._carried is None else self._to_propagate()
        if not self._asked:
            self._finished_count += state.is_finished
            self._hand_on(image)
            return False
        self._image = image
        return True

    def job(self, tolerance: float) -> Callable[[Workbench], list[Proposal | None]]:
        """Make the job that finds on the image what is on the one before, for `settle`, as `search_again` does."""
        assert self._before is not None
        assert self._image is not None
        before, image = self._before, self._image
        originals = [original_of(self._store, instance) for instance in self._asked]

        def job(bench: Workbench) -> list[Proposal | None]:
            return search_again(bench, image, before.pixels, originals, tolerance)

        return job

    def settle(self, found: Sequence[Proposal | None]) -> None:
        """Label what was found on the image, but what is labelled already."""
        assert self._image is not None
        image, self._image = self._image, None
        state = state_of(self._store, image.image_id)
        if state is None or state is ImageState.LEFT_OUT:
            return  # the next image gets what is on the one before
        if state.is_open or self._carried is not None:
            self._settle(image.image_id, found, is_open=state.is_open)
        self._finished_count += state.is_finished
        self._hand_on(image)

    @property
    def is_over(self) -> bool:
        """Nothing is left to go on with, and nothing will come: some that are chosen have no others after them."""
        if self._before is None or not self._left or self._to_propagate():
            return False
        if self._carried is not None:
            return True
        counts = instance_counts(self._store)
        return not any(counts.get(image_id) for image_id in self._left)

    @property
    def words(self) -> list[str]:
        """Say in sentences what came of it."""
        made = +self._made
        count, images = counted(made.total(), "instance"), counted(len(made), "image")
        told = [
            f"{count} propagated from {self._source_name} to {images}"
            if made
            else f"Nothing was propagated from {self._source_name}"
        ]
        if self._known_count:
            told.append(f"{self._known_count:,} {_is_or_are(self._known_count)} labelled there already")
        if lost := self._lost.total():
            names = [_lost_in_words(many, *where) for where, many in self._lost.items()]
            told.append(f"{lost:,} {'was' if lost == 1 else 'were'} lost on the way: {first_names(names)}")
        if self._finished_count:
            finished = counted(self._finished_count, "image")
            told.append(f"{finished} {_is_or_are(self._finished_count)} finished and stayed as before")
        sentences = ["; ".join(told) + "."]
        with suppress(KeyError, KnownError):  # it may be gone by now, or the project cannot be read any more
            if self.is_over and self._before is not None:
                name = self._store.image(self._before.image_id).name
                sentences.append(f"It ended after {name}, where nothing was left to propagate.")
        return sentences

    def _hand_on(self, image: ShownImage) -> None:
        self._before, self._asked = image, ()

    def _to_propagate(self) -> tuple[Instance, ...]:
        """Give what goes on from the image before, as it is now."""
        if self._before is None or state_of(self._store, self._before.image_id) is None:
            return ()
        instances = self._store.instances(self._before.image_id)
        return tuple(each for each in instances if self._carried is None or each.id in self._carried)

    def _settle(self, image_id: ImageId, found: Sequence[Proposal | None], *, is_open: bool) -> None:
        """Say of each instance what it is on the image: one made now, one that is there already, or none."""
        now = {each.id: each for each in self._to_propagate()}
        again = self._found_again(found, now)
        known = labelled_as(again, self._store.instances(image_id))
        new = [proposal for instance_id, proposal in again.items() if instance_id not in known]
        made: Iterable[InstanceId] = ()
        if new and is_open:
            threshold, describe = self._plan.threshold, self._describe_model
            made = store_found_again(self._store, image_id, new, threshold, describe, self._since).instance_ids
        image_name = self._store.image(image_id).name
        for instance_id in (each.id for each in self._asked if each.id in now and each.id not in known):
            if instance_id not in again or not is_open:
                self._lost[self._store.category(now[instance_id].category_id).name, image_name] += 1
        self._known_count += len(known)
        self._made[image_id] += len(new) if is_open else 0
        if self._carried is not None:
            self._carried = frozenset(made) | frozenset(known.values())

    def _found_again(
        self, found: Sequence[Proposal | None], now: Mapping[InstanceId, Instance]
    ) -> dict[InstanceId, Proposal]:
        """Give what scores enough, as the instances are `now`; what was deleted meanwhile does not go on."""
        again = {}
        for asked, proposal in zip(self._asked, found, strict=True):
            instance = now.get(asked.id)
            if instance is not None and proposal is not None and proposal.score >= self._plan.threshold:
                category_id, copy = original_of(self._store, instance)
                again[asked.id] = replace(proposal, copy_of=copy, category_id=category_id)
        return again


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _lost_in_words(count: int, category: str, image: str) -> str:
    return f"{category} on {image}" if count == 1 else f"{count:,} {category} on {image}"
