"""How each format is read back: by which reader, and what of the project it is able to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.entities import Split
from sam3_annotator.project.formats import coco, cvat, labelme, masks, voc, yolo
from sam3_annotator.project.formats.attributes import coded, spelled, value_of
from sam3_annotator.project.formats.comparing.areas import Area, pixels_of_region
from sam3_annotator.project.formats.comparing.held_instances import (
    HeldInstance,
    WholeInstance,
    boxes,
    exact,
    outlined,
    turned_box,
    turned_boxes,
    visible,
    visible_or_boxes,
    without_crowds,
)
from sam3_annotator.project.formats.comparing.overlooked import (
    Overlooked,
    OverlookedInCoco,
    OverlookedInMasks,
    OverlookedInVoc,
)
from sam3_annotator.project.formats.files.xml_files import without_controls
from sam3_annotator.project.formats.images.naming import (
    Naming,
    flat_names,
    nested_names,
    nested_names_of_other_stems,
)
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection
from sam3_annotator.project.formats.labelme.attributes import held_attributes
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.plan import ImportPlan
from sam3_annotator.project.formats.voc.objects import in_one_line
from sam3_annotator.project.formats.xml_attributes import fitted
from sam3_annotator.project.regions import Region

Instances = Callable[[Sequence[WholeInstance], ChosenImage], list[HeldInstance]]
AreaOf = Callable[[Region, int, int], Area]


def _name(image: ChosenImage, options: ExportOptions) -> str:
    del options
    return image.name


def _split(image: ChosenImage, selection: Selection) -> str:
    del selection
    return image.split


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How a format is read back.

    `instances` tells what of an image the format should hold, in its order; `area_of` gives what a region that was read
    is compared as, from its image's height and width. `name_of` is the image's name in a plan, `split_of` the split
    that is read (empty: none), `told` how a category is spelled, `attributes` what of attributes, by name, is to be the
    same. `form` says how instances come back, if not as they are. `overlooked` looks at what the reader passes over.
    """

    read: Callable[[Path], ImportPlan]
    naming: Naming
    instances: Instances
    area_of: AreaOf = pixels_of_region
    name_of: Callable[[ChosenImage, ExportOptions], str] = _name
    split_of: Callable[[ChosenImage, Selection], str] = _split
    told: Callable[[str], str] = str
    attributes: Callable[[Attributes], Mapping[str, str]] = coded
    form: str = ""
    keeps_crowds: bool = True
    lists_categories: bool = True
    is_filled_wider: bool = False
    overlooked: Callable[[Path], Overlooked] = Overlooked


def _labelme_name(image: ChosenImage, options: ExportOptions) -> str:
    """Return the name below the folder of the split; without images, labels name the original."""
    path = PurePosixPath(image.split, image.name)
    return (path.with_name(image.file.name) if options.images == "none" else path).as_posix()


def _cvat_name(image: ChosenImage, options: ExportOptions) -> str:
    del options
    return without_controls(image.name)


def _yolo_name(image: ChosenImage, options: ExportOptions) -> str:
    del options
    return PurePosixPath("images", image.split or Split.TRAIN, image.name).as_posix()


def _yolo_split(image: ChosenImage, selection: Selection) -> str:
    """Return the split, or none where `data.yaml` has to name images for training and for validation."""
    is_short = not {Split.TRAIN, Split.VAL} <= set(selection.splits)
    return "" if is_short and image.split == selection.splits[0] else image.split


def _labelme_attributes(attributes: Attributes) -> dict[str, str]:
    return coded(held_attributes(attributes))


def _voc_attributes(attributes: Attributes) -> dict[str, str]:
    """Take texts for what they look like, as whoever reads them has to: `TRUE` comes back as true."""
    return {name: spelled(value_of(text)) for name, text in fitted(attributes).items()}


def _no_attributes(attributes: Attributes) -> dict[str, str]:
    del attributes
    return {}


_COCO = ReadBack(coco.read, nested_names, outlined, overlooked=OverlookedInCoco)
_YOLO = ReadBack(
    yolo.read,
    flat_names,
    without_crowds,
    name_of=_yolo_name,
    split_of=_yolo_split,
    attributes=_no_attributes,
    keeps_crowds=False,
    is_filled_wider=True,
)
_YOLO_BOXES = replace(_YOLO, instances=boxes, form="as boxes", is_filled_wider=False)

READ_BACK: dict[str, ReadBack] = {
    "coco": _COCO,
    "yolo-segment": _YOLO,
    "yolo-detect": _YOLO_BOXES,
    "yolo-obb": replace(_YOLO_BOXES, instances=turned_boxes, area_of=turned_box, form="as oriented boxes"),
    "labelme": ReadBack(
        labelme.read,
        nested_names_of_other_stems,
        exact,
        name_of=_labelme_name,
        attributes=_labelme_attributes,
        lists_categories=False,
    ),
    "cvat": ReadBack(cvat.read, nested_names, exact, name_of=_cvat_name, told=without_controls, attributes=fitted),
    "voc": ReadBack(
        voc.read,
        flat_names,
        visible_or_boxes,
        told=in_one_line,
        attributes=_voc_attributes,
        overlooked=OverlookedInVoc,
    ),
    "masks": ReadBack(masks.read, flat_names, visible, overlooked=OverlookedInMasks),
}
"""The formats that can be verified, by the names of the registry."""
