"""Recognises by its names whose checkpoint a file is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sam3_annotator.model.checkpoint.rename import RenameTable
from sam3_annotator.model.checkpoint.rename_huggingface import HUGGING_FACE
from sam3_annotator.model.checkpoint.rename_official import OFFICIAL


@dataclass(frozen=True, slots=True)
class Naming:
    """How to read a file: `names` gives, for each name of `table`, what the file calls it."""

    title: str
    table: RenameTable
    names: dict[str, str]
    has_raw_iou: bool = False


# What is in the file, in the place of the start of the table's name; the first that fits counts.
OFFICIAL_PREFIXES = (
    ("sam3_model.", "detector."),
    ("sam2_predictor.model.", "tracker."),
    ("inst_interactive_predictor.model.", "tracker."),
    # SAM 3.1 has two trackers; clicks are those of the interactive one.
    ("tracker.model.interactive_", "tracker."),
    ("tracker.model.interactivity_no_mem_embed", "tracker.no_mem_embed"),
    ("detector.backbone.vision_backbone.interactive_convs.", "detector.backbone.vision_backbone.sam2_convs."),
    # The trainer saves the detector by itself.
    ("backbone.", "detector.backbone."),
    ("geometry_encoder.", "detector.geometry_encoder."),
    ("transformer.", "detector.transformer."),
    ("dot_prod_scoring.", "detector.dot_prod_scoring."),
    ("segmentation_head.", "detector.segmentation_head."),
)

# A piece of a name that only these have, and what they are.
RELATIVES = (
    ("detector.backbone.vision_backbone.trunk.model.", "EfficientSAM3, whose image encoder is another"),
    ("student_trunk.", "EfficientSAM3, whose encoders are others"),
    ("detector.backbone.language_backbone.projector.", "SAM3-LiteText, whose text encoder is another"),
    ("image_encoder.trunk.blocks.", "SAM 2"),
    ("image_encoder.blocks.", "the first SAM"),
)


def recognise(names: Iterable[str]) -> Naming | None:
    """Give the naming of a SAM 3 checkpoint; None for names that are none."""
    by_name = {name.removeprefix("module."): name for name in names}
    if any(name.startswith(("detector_model.", "tracker_model.")) for name in by_name):
        return Naming("a file of SAM 3 as Hugging Face names things", HUGGING_FACE, by_name)
    # Saved from one of its two models, without the prefix that tells them apart in the whole.
    if any(name.startswith("detr_decoder.") for name in by_name):
        return Naming(
            "the detector of SAM 3 alone, as Hugging Face names things",
            HUGGING_FACE,
            {f"detector_model.{name}": theirs for name, theirs in by_name.items()},
        )
    official = {_with_official_prefix(name): theirs for name, theirs in by_name.items()}
    if not any(name.startswith(("detector.backbone.vision_backbone.", "tracker.sam_mask_")) for name in official):
        return None
    if any(name.startswith("tracker.model.") or ".interactive_convs." in name for name in by_name):
        return Naming("a file of SAM 3.1", OFFICIAL, official, has_raw_iou=True)
    return Naming("a file of SAM 3 as Meta names things", OFFICIAL, official)


def name_relative(names: Iterable[str]) -> str | None:
    """Say what else the file is that this program cannot load, if that is known."""
    for name in names:
        for piece, title in RELATIVES:
            if piece in name:
                return title
    return None


def _with_official_prefix(name: str) -> str:
    for theirs, ours in OFFICIAL_PREFIXES:
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return name
