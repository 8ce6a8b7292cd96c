"""Brings what a plan holds into a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.clock import timestamp
from sam3_annotator.project.edit import Edit
from sam3_annotator.project.entities import (
    CategoryId,
    ImageFacts,
    ImageId,
    ImageRecord,
    ImageState,
    Instance,
    Origin,
    Provenance,
    Split,
)
from sam3_annotator.project.errors import FormatError, KnownError
from sam3_annotator.project.formats.attributes import coded, with_attributes
from sam3_annotator.project.formats.foreign_values import storable
from sam3_annotator.project.formats.images.matching import Match, Wanted, match_images
from sam3_annotator.project.formats.images.unmatched import unmatched_sentences
from sam3_annotator.project.formats.known_instances import KnownInstances
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    ImportReport,
    PlannedImage,
    PlannedInstance,
    RelativeInstance,
)
from sam3_annotator.project.formats.sentences import first_of, listed
from sam3_annotator.project.image_files import IMAGE_SUFFIXES
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.images import is_as_known, read_facts
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.store import ProjectStore
from sam3_annotator.project.words import counted

_READERS = 4


def apply_import(
    store: ProjectStore,
    plan: ImportPlan,
    source: Path,
    images_dir: Path | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Bring a plan that was read from `source` into the project, in one edit, which has the name of that.

    Categories of a name are one. Images are those of the project or are added; splits they have stay, and images left
    out stay so. Reviewed images to which something is added are done from then on, since nobody has reviewed that.
    Raises KnownError if no image is found or nothing is in the plan, what `store.edit` raises, and Cancelled, the
    project being unchanged then.
    """
    if not (plan.images or plan.categories):
        raise KnownError(f"{source.name or source} lists no images and no categories. Nothing was imported.")
    wanted = [Wanted(image.name, image.folders, image.renamed) for image in plan.images]
    matches = match_images(store, wanted, images_dir, progress)
    files = {path for path in matches.values() if isinstance(path, Path)}
    files |= _files_of_unknown_size(store, plan, matches)
    total = len(files) + len(matches)
    facts = _read_facts(sorted(files), total, progress)
    # Labels can name any file: what is not even called an image, nor is one, is none that anybody has annotated.
    matches = {
        number: match
        for number, match in matches.items()
        if not (isinstance(match, Path) and facts[match].problem and match.suffix.lower() not in IMAGE_SUFFIXES)
    }
    unmatched = tuple(dict.fromkeys(plan.images[i].name for i in range(len(plan.images)) if i not in matches))
    untold = unmatched_sentences(store, wanted, matches, images_dir, plan.remedy)
    if plan.images and not matches:
        raise KnownError(f"{' '.join(untold)} Nothing was imported.")
    with store.edit(f"Import {plan.title} from {storable(absolute_path(source).name)}") as edit:
        filler = _Filler(store, edit, plan)
        for done, (number, match) in enumerate(matches.items()):
            progress(len(files) + done, total)
            filler.fill(plan.images[number], match, facts)
    progress(total, total)
    return ImportReport(
        images=len(set(filler.image_ids)),
        added_images=filler.added_images,
        instances=filler.instances,
        known_instances=filler.known_instances,
        added_categories=tuple(filler.added_categories),
        unmatched=unmatched,
        warnings=(*_without_images(plan), *plan.warnings, *untold, *filler.warnings),
        changed_instances=filler.changed_instances,
        put_in_split={split: filler.put_in_split[split] for split in Split if filler.put_in_split[split]},
    )


def _without_images(plan: ImportPlan) -> tuple[str, ...]:
    return () if plan.images else ("The labels list no images, so there was nothing but categories to take.",)


def _files_of_unknown_size(store: ProjectStore, plan: ImportPlan, matches: dict[int, Match]) -> set[Path]:
    """Return the files of images of the project that are to be read, since regions depend on their size."""
    ids = {match for number, match in matches.items() if not isinstance(match, Path) and plan.images[number].relative}
    known = {store.image_file(image_id): store.image(image_id).facts for image_id in ids}
    return {file for file, facts in known.items() if not is_as_known(file, facts)}


def _read_facts(files: Sequence[Path], total: int, progress: Progress) -> dict[Path, ImageFacts]:
    facts = {}
    with ThreadPoolExecutor(_READERS) as pool:
        reading = pool.map(read_facts, files)
        try:
            for done, (file, known) in enumerate(zip(files, reading, strict=True)):
                progress(done, total)
                facts[file] = known
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return facts


class _Filler:
    """Fills an edit with the images of a plan, one by one, and counts."""

    def __init__(self, store: ProjectStore, edit: Edit, plan: ImportPlan) -> None:
        self._store = store
        self._edit = edit
        known = {category.name: category.id for category in store.categories()}
        self.added_categories: list[str] = []
        self._categories: dict[str, CategoryId] = {}
        for category in plan.categories:
            if category.name not in known:
                known[category.name] = edit.add_category(
                    category.name, color=category.color, supercategory=category.supercategory
                )
                self.added_categories.append(category.name)
            self._categories[category.name] = known[category.name]
        self._provenance = Provenance(origin=Origin.IMPORT, created_at=timestamp())
        self.image_ids: list[ImageId] = []
        self.added_images = self.instances = self.known_instances = self.changed_instances = 0
        self.put_in_split: Counter[Split] = Counter()
        self._of_other_size: list[str] = []
        self._left_out: list[str] = []
        self._to_review: list[str] = []
        self._no_more_empty: list[str] = []
        self._boxed: list[str] = []
        self._crowds = 0
        self._turned: list[str] = []
        self._of_unknown_size: list[str] = []
        self._without_area: list[str] = []
        self._empty: dict[ImageId, str] = {}
        self._of_other_split: list[str] = []

    def fill(self, planned: PlannedImage, match: Match, facts: dict[Path, ImageFacts]) -> None:
        image_id = self._image_for(match, facts)
        self.image_ids.append(image_id)
        record = self._store.image(image_id)
        now = facts.get(self._store.image_file(image_id), record.facts)
        self._compare_size(planned, now, record.path)
        self._place_in_split(planned, record)
        there = self._store.instances(image_id)
        if planned.is_known_empty and record.state is ImageState.UNANNOTATED and not there:
            self._edit.update_image(image_id, state=ImageState.CONFIRMED_EMPTY)
            self._empty[image_id] = record.path
        added, changed = self.instances, self.changed_instances
        self._bring_in(planned, record, KnownInstances(there, now), now)
        if record.state is ImageState.REVIEWED and (self.instances, self.changed_instances) != (added, changed):
            self._edit.update_image(image_id, state=ImageState.DONE)
            self._to_review.append(record.path)
        elif record.state is ImageState.CONFIRMED_EMPTY and self.instances > added:  # the edit has put it in progress
            self._no_more_empty.append(record.path)

    def _bring_in(self, planned: PlannedImage, record: ImageRecord, known: KnownInstances, now: ImageFacts) -> None:
        """Add the instances that the image does not have yet, and to those it has what the labels say of them."""
        for instance in (*planned.instances, *self._placed(planned.relative, now, record.path)):
            category_id = self._categories[instance.category]
            known_instance = known.take(
                category_id, instance.is_crowd, instance.region, instance.whole_box, is_hidden=instance.is_hidden
            )
            if known_instance is not None:
                self.known_instances += 1
                self._add_attributes(known_instance, instance.attributes)
                continue
            self._edit.add_instance(
                record.id,
                category_id,
                instance.region,
                score=instance.score,
                is_crowd=instance.is_crowd,
                provenance=self._provenance,
                attributes=instance.attributes,
            )
            self.instances += 1
            self._crowds += instance.is_crowd
            if instance.is_hidden:
                self._boxed.append(f"{planned.name}: {instance.category}")
            self._empty.pop(record.id, None)
            if record.state is ImageState.LEFT_OUT:
                self._left_out.append(record.path)

    def _add_attributes(self, known: Instance, attributes: Attributes) -> None:
        """Give an instance that is there already what the labels say of it; what only the project says stays."""
        joined = with_attributes(known.attributes, attributes)
        if coded(joined) != coded(known.attributes):
            self._edit.update_instance(known.id, attributes=joined)
            self.changed_instances += 1

    def _placed(self, relative: Sequence[RelativeInstance], facts: ImageFacts, path: str) -> Iterator[PlannedInstance]:
        """Give instances their region on an image; what has none is left out and noted."""
        for instance in relative:
            if not (facts.width and facts.height):
                self._of_unknown_size.append(path)
                continue
            try:
                region = instance.region_on(facts.width, facts.height)
            except FormatError as error:
                self._without_area.append(str(error))
                continue
            yield PlannedInstance(instance.category, region, score=instance.score)

    def _image_for(self, match: Match, facts: dict[Path, ImageFacts]) -> ImageId:
        if not isinstance(match, Path):
            return match
        known = self._edit.find_image(match)
        if known is not None:
            return known
        self.added_images += 1
        return self._edit.add_image(match, facts[match])

    def _place_in_split(self, planned: PlannedImage, record: ImageRecord) -> None:
        if planned.split is None or planned.split is record.split:
            return
        if record.split is None:
            self._edit.update_image(record.id, split=planned.split)
            self.put_in_split[planned.split] += 1
        else:
            self._of_other_split.append(f"{record.path}: {record.split}, not {planned.split}")

    def _compare_size(self, planned: PlannedImage, facts: ImageFacts, path: str) -> None:
        said, found = (planned.width, planned.height), (facts.width, facts.height)
        if 0 in said or 0 in found or said == found:
            return
        differing = self._turned if said == found[::-1] else self._of_other_size
        differing.append(f"{path} is {found[0]} x {found[1]} and not {said[0]} x {said[1]}")

    @property
    def warnings(self) -> list[str]:
        warnings = []
        if self._boxed:
            warnings.append(
                f"{listed(self._boxed, 'instance')} without a pixel in the masks of the image came in as a box."
            )
        if self._crowds:
            warnings.append(
                f"{counted(self._crowds, 'instance')} marked as crowd, which training leaves out; "
                "CVAT and some other programs mark all masks so."
            )
        warnings.extend(first_of(self._without_area))
        if self._of_unknown_size:
            names = list(dict.fromkeys(self._of_unknown_size))
            warnings.append(
                f"{listed(names, 'image')} that cannot be read, so {counted(len(self._of_unknown_size), 'instance')} "
                "on them had to be left out: the labels are in shares of the size; replace the images and import again."
            )
        if self._turned:
            warnings.append(
                f"{listed(self._turned, 'image')} whose width and height the labels have the other way round, as where "
                "EXIF data turn a photograph: check that instances are in the right place."
            )
        if self._of_other_size:
            warnings.append(
                f"{listed(self._of_other_size, 'image')} of another size than the labels say; instances are at the "
                "pixels that the labels give them: check that these are the images that were labelled."
            )
        if self._of_other_split:
            warnings.append(
                f"{listed(self._of_other_split, 'image')} in another split than the labels say, kept there."
            )
        return [*warnings, *self._state_warnings()]

    def _state_warnings(self) -> Iterator[str]:
        """Say what has become of the states of images, and where a state keeps what came in from being used."""
        if self._empty:
            names = list(self._empty.values())
            yield (
                f"{listed(names, 'image')} marked as confirmed empty, since the labels say that there is nothing on "
                f"{'it' if len(names) == 1 else 'them'}."
            )
        if self._to_review:
            yield (
                f"{listed(self._to_review, 'image')} reviewed before this came in, and marked as done again: look at "
                "what is new there, and review them once more."
            )
        if self._no_more_empty:
            yield (
                f"{listed(self._no_more_empty, 'image')} confirmed as empty before this came in, and marked as in "
                "progress again."
            )
        if self._left_out:
            names = list(dict.fromkeys(self._left_out))
            yield (
                f"{listed(names, 'image')} marked as left out: what was imported there is not exported as long as that "
                "is so."
            )
