"""The records a project consists of, as frozen values without behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes
from sam3_annotator.project.regions import Region

ImageId = NewType("ImageId", int)
CategoryId = NewType("CategoryId", int)
InstanceId = NewType("InstanceId", int)
DismissalId = NewType("DismissalId", int)


class ImageState(StrEnum):
    """How far the annotation of an image has come; *empty on purpose* differs from *not yet annotated*.

    An image *left out* is kept with its instances and split, but is no part of the dataset: it is not exported,
    counted as work, checked or labelled by commands. That is the user's to say and to take back: nothing else changes
    this state.
    """

    UNANNOTATED = "unannotated"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    REVIEWED = "reviewed"
    CONFIRMED_EMPTY = "confirmed_empty"
    LEFT_OUT = "left_out"

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet that the image is finished: without instances, it may not have been looked at."""
        return self in (ImageState.UNANNOTATED, ImageState.IN_PROGRESS)

    @property
    def is_finished(self) -> bool:
        """Whether somebody has looked at the image to the end."""
        return self in (ImageState.DONE, ImageState.REVIEWED, ImageState.CONFIRMED_EMPTY)

    @property
    def is_settled(self) -> bool:
        """Whether nobody is expected to look at the image any more."""
        return self in (ImageState.REVIEWED, ImageState.CONFIRMED_EMPTY)


class Split(StrEnum):
    """Membership of an image in the training, validation or test part of a dataset."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Origin(StrEnum):
    """Who or what made an instance."""

    HAND = "hand"
    MODEL = "model"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What reading an image file told: it follows from the file and is not the user's to undo.

    `width` and `height` are pixels after EXIF orientation, 0 while unknown or unreadable;
    `byte_size` and `content_hash` (BLAKE2b, hex) identify the file wherever it is moved;
    `problem` is empty or one sentence saying why the image cannot be shown.
    """

    width: int = 0
    height: int = 0
    byte_size: int = 0
    content_hash: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image of the project; `path` is relative to the project file, with `/` (absolute on another drive).

    `note` is what somebody has written for whoever looks at the image next, as why it was sent back; one line.
    """

    id: ImageId
    path: str
    state: ImageState = ImageState.UNANNOTATED
    split: Split | None = None
    facts: ImageFacts = field(default_factory=ImageFacts)
    note: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Category:
    """The class of instances; `color` is `#rrggbb`, `position` orders categories from 0 (digit key = position + 1)."""

    id: CategoryId
    name: str
    color: str
    position: int
    supercategory: str = ""


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """A prompt as kept with an instance, in image pixels.

    `kind` is `point` (x, y), or `box` or `exemplar` (x0, y0, x1, y1).
    """

    kind: str
    coordinates: tuple[float, ...]
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an instance comes from.

    `origin` and `created_at` (UTC, ISO 8601) tell of its beginning. `model` names the session that outlined or
    last corrected it (empty if none did), for all `prompts` so far; `phrase` is what it was found by, with the
    `threshold` of its score then (None if it was not found but pointed at); `simplification_iou` is the IoU of the
    simplified region with the mask it was made from (None if it was not simplified). `edit_count` counts changes of
    the region since the beginning, by hand or by a model that corrected it.
    """

    origin: Origin = Origin.HAND
    model: str = ""
    prompts: tuple[PromptRecord, ...] = ()
    predicted_iou: float | None = None
    simplification_iou: float | None = None
    created_at: str = ""
    edit_count: int = 0
    phrase: str = ""
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One object on one image.

    `score` is a detector's confidence (None when made by hand); `is_crowd` marks a group of objects that
    COCO counts as one (`iscrowd` 1). `attributes` are what else is said of it, as "occluded" or a colour. Instances of
    an image are painted in the order of their ids.
    """

    id: InstanceId
    image_id: ImageId
    category_id: CategoryId
    region: Region
    score: float | None = None
    is_crowd: bool = False
    provenance: Provenance = field(default_factory=Provenance)
    attributes: Attributes = field(default_factory=lambda: NO_ATTRIBUTES, hash=False)
