"""What a check finds, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from sam3_annotator.project.entities import CategoryId, ImageId, InstanceId
from sam3_annotator.project.regions import Region

Box = tuple[float, float, float, float]


class Severity(StrEnum):
    """How much a finding matters: training goes wrong, it is probably a mistake, or it is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FindingKind(StrEnum):
    """What can be found, the worst first; the words are stable, for JSON."""

    MISSING_FILE = "missing_file"
    UNREADABLE_FILE = "unreadable_file"
    REPLACED_FILE = "replaced_file"
    SAME_IMAGE_IN_TWO_SPLITS = "same_image_in_two_splits"
    EMPTY_WITH_INSTANCES = "empty_with_instances"
    OUTSIDE_IMAGE = "outside_image"
    NO_PIXELS = "no_pixels"
    CATEGORY_NOT_IN_TRAIN = "category_not_in_train"

    LABELLED_TWICE = "labelled_twice"
    TWO_CATEGORIES = "two_categories"
    CROSSES_ITSELF = "crosses_itself"
    PARTLY_OUTSIDE = "partly_outside"
    FEW_PIXELS = "few_pixels"
    SAME_IMAGE_LABELLED_DIFFERENTLY = "same_image_labelled_differently"
    SAME_IMAGE = "same_image"
    ALIKE_IMAGES_IN_TWO_SPLITS = "alike_images_in_two_splits"
    DONE_WITHOUT_INSTANCES = "done_without_instances"
    ALIKE_CATEGORIES = "alike_categories"
    CATEGORY_NOT_IN_VAL = "category_not_in_val"
    VAL_IS_EMPTY = "val_is_empty"

    MISSED_OBJECT = "missed_object"
    ANOTHER_CATEGORY = "another_category"
    NOT_SEEN = "not_seen"
    OUTLINE_DISAGREES = "outline_disagrees"
    UNSURE = "unsure"
    INSIDE_ANOTHER = "inside_another"
    SLIVER = "sliver"
    SPECKS = "specks"
    PINHOLES = "pinholes"
    BOX_AMONG_OUTLINES = "box_among_outlines"
    UNUSUAL_SIZE = "unusual_size"
    UNUSED_CATEGORY = "unused_category"
    IMAGES_WITHOUT_SPLIT = "images_without_split"
    NO_SPLITS = "no_splits"

    @property
    def severity(self) -> Severity:
        """How much findings of this kind matter."""
        return _KINDS[self][0]

    @property
    def needs_model(self) -> bool:
        """Whether only a comparison with a model finds such things."""
        return self in BY_BOXES or self in BY_PHRASES

    @property
    def is_dismissible(self) -> bool:
        """Whether somebody may judge such a finding to be fine; no labels can be used without the file they are of."""
        return self not in _OF_FILES

    @property
    def is_of_two_splits(self) -> bool:
        """Whether two images of one split would be no such finding."""
        return self in _OF_TWO_SPLITS

    @property
    def heading(self) -> str:
        """What such findings have in common, in words to stand above them: few, since the panel gives them a line."""
        return _KINDS[self][1]


BY_BOXES = frozenset({FindingKind.OUTLINE_DISAGREES})
"""What a model finds that is given the boxes of instances."""

BY_PHRASES = frozenset({FindingKind.MISSED_OBJECT, FindingKind.ANOTHER_CATEGORY, FindingKind.NOT_SEEN})
"""What a model finds that is asked for the phrases of categories."""

_OF_FILES = frozenset({FindingKind.MISSING_FILE, FindingKind.UNREADABLE_FILE, FindingKind.REPLACED_FILE})
_OF_TWO_SPLITS = frozenset({FindingKind.SAME_IMAGE_IN_TWO_SPLITS, FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS})
_ERROR, _WARNING, _NOTE = Severity
_KINDS = {
    FindingKind.MISSING_FILE: (_ERROR, "Missing image files"),
    FindingKind.UNREADABLE_FILE: (_ERROR, "Unreadable image files"),
    FindingKind.REPLACED_FILE: (_ERROR, "Replaced image files"),
    FindingKind.SAME_IMAGE_IN_TWO_SPLITS: (_ERROR, "The same image in two splits"),
    FindingKind.EMPTY_WITH_INSTANCES: (_ERROR, "Empty images with instances"),
    FindingKind.OUTSIDE_IMAGE: (_ERROR, "Instances outside their image"),
    FindingKind.NO_PIXELS: (_ERROR, "Instances without a pixel"),
    FindingKind.CATEGORY_NOT_IN_TRAIN: (_ERROR, "Categories not in train"),
    FindingKind.LABELLED_TWICE: (_WARNING, "Objects labelled twice"),
    FindingKind.TWO_CATEGORIES: (_WARNING, "Objects in two categories"),
    FindingKind.CROSSES_ITSELF: (_WARNING, "Outlines that cross themselves"),
    FindingKind.PARTLY_OUTSIDE: (_WARNING, "Instances partly outside"),
    FindingKind.FEW_PIXELS: (_WARNING, "Instances of a few pixels"),
    FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY: (_WARNING, "Copies labelled differently"),
    FindingKind.SAME_IMAGE: (_WARNING, "The same image twice"),
    FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS: (_WARNING, "Alike images in two splits"),
    FindingKind.DONE_WITHOUT_INSTANCES: (_WARNING, "Finished, without instances"),
    FindingKind.ALIKE_CATEGORIES: (_WARNING, "Categories named alike"),
    FindingKind.CATEGORY_NOT_IN_VAL: (_WARNING, "Categories not in val"),
    FindingKind.VAL_IS_EMPTY: (_WARNING, "Nothing to validate with"),
    FindingKind.MISSED_OBJECT: (_NOTE, "Objects that may be missed"),
    FindingKind.ANOTHER_CATEGORY: (_NOTE, "Categories the model disputes"),
    FindingKind.NOT_SEEN: (_NOTE, "Not seen by the model"),
    FindingKind.OUTLINE_DISAGREES: (_NOTE, "Outlines the model disputes"),
    FindingKind.UNSURE: (_NOTE, "Found with low scores"),
    FindingKind.INSIDE_ANOTHER: (_NOTE, "Instances inside another"),
    FindingKind.SLIVER: (_NOTE, "Slivers"),
    FindingKind.SPECKS: (_NOTE, "Specks"),
    FindingKind.PINHOLES: (_NOTE, "Pinholes"),
    FindingKind.BOX_AMONG_OUTLINES: (_NOTE, "Boxes among outlines"),
    FindingKind.UNUSUAL_SIZE: (_NOTE, "Instances of unusual size"),
    FindingKind.UNUSED_CATEGORY: (_NOTE, "Categories without instances"),
    FindingKind.IMAGES_WITHOUT_SPLIT: (_NOTE, "Images without a split"),
    FindingKind.NO_SPLITS: (_NOTE, "No splits"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `sentence` says what, where, and what to do about it.

    `image_id` is the image to look at, None if it is about the whole project; `other_image_id` the one that is the
    same, or looks like it. `box_xyxy` is where to look, in image pixels. `agreement` is the IoU of an outline and what
    the model draws, where that is what was found; `score`, 0 to 1, and `phrase` are those by which a model saw
    something, and `region` is where, if nothing is labelled there. `category_ids` begin with the category that is
    labelled, `instance_ids` end with the one that may be too much.
    """

    kind: FindingKind
    sentence: str
    image_id: ImageId | None = None
    other_image_id: ImageId | None = None
    instance_ids: tuple[InstanceId, ...] = ()
    category_ids: tuple[CategoryId, ...] = ()
    box_xyxy: Box | None = None
    agreement: float | None = None
    score: float | None = None
    phrase: str = ""
    region: Region | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.kind.severity

    @property
    def image_ids(self) -> tuple[ImageId, ...]:
        """The images that it is about, the one to look at first."""
        return tuple(each for each in (self.image_id, self.other_image_id) if each is not None)

    def as_dict(self) -> dict[str, object]:
        """Return the finding as plain values, ready for JSON; of a region, which can be long, the box has to do."""
        facts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "region"}
        return {"severity": str(self.severity), **facts, "kind": str(self.kind)}
