"""Recognises by its names whose checkpoint a file is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sam3_annotator.model.checkpoint.rename import RenameTable
from sam3_annotator.model.checkpoint.rename_huggingface import HUGGING_FACE
from sam3_annotator.model.checkpoint.rename_official import OFFICIAL


@dataclass(frozen=True, slots=True)
class Naming:
    """How to read a file: `names` gives, for each name of `table`, what the file calls it.

    `model` and `manner` say in words what is named and by whom.
    """

    table: RenameTable
    names: dict[str, str]
    model: str
    manner: str = ""
    has_raw_iou: bool = False

    @property
    def has_concepts(self) -> bool:
        """Whether the half for concepts is to be there: there is something of it, or nothing of either half."""
        return self._has(self.table.concepts) or not self._has(self.table.clicks)

    @property
    def has_clicks(self) -> bool:
        """Whether the half for clicks is to be there: there is something of it, or nothing of either half."""
        return self._has(self.table.clicks) or not self._has(self.table.concepts)

    @property
    def idle_neck(self) -> str | None:
        """How our names of the neck begin that nothing reads, since its half is not there."""
        if self.has_concepts and self.has_clicks:
            return None
        return "neck.interactive." if self.has_concepts else "neck.detector."

    @property
    def title(self) -> str:
        """What the file is, for a sentence."""
        if self.has_concepts and self.has_clicks:
            return f"a file of {self.model}{self.manner}"
        return f"the {'detector' if self.has_concepts else 'click model'} of {self.model} alone{self.manner}"

    def _has(self, beginnings: tuple[str, ...]) -> bool:
        return any(name.startswith(beginnings) for name in self.names)


# How a name may begin in a file, and how it begins in the table; the first that fits counts.
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

# The same for Hugging Face's names with prefixes: transformers 5.24 puts that of the click model in front of them once
# more, where it saves the whole model without having loaded it, or the click model alone.
PREFIXED_PREFIXES = tuple(
    (f"tracker_model.{prefix}", prefix) for prefix in ("tracker_model.", "tracker_neck.", "detector_model.")
)

# The same for what Hugging Face saves from one of its two models, without the prefixes that tell them apart.
TRACKER_PREFIXES = (
    ("vision_encoder.neck.", "tracker_neck."),
    ("vision_encoder.", "detector_model.vision_encoder."),
    ("", "tracker_model."),
)
DETECTOR_PREFIXES = (("", "detector_model."),)

AS_HUGGING_FACE = " as Hugging Face names things"

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
        return Naming(HUGGING_FACE, _rename(by_name, PREFIXED_PREFIXES), "SAM 3", AS_HUGGING_FACE)
    if any(name.startswith("detr_decoder.") for name in by_name):
        return Naming(HUGGING_FACE, _rename(by_name, DETECTOR_PREFIXES), "SAM 3", AS_HUGGING_FACE)
    if any(name.startswith("vision_encoder.neck.fpn_layers.") for name in by_name):
        return Naming(HUGGING_FACE, _rename(by_name, TRACKER_PREFIXES), "SAM 3", AS_HUGGING_FACE)
    official = _rename(by_name, OFFICIAL_PREFIXES)
    if not any(name.startswith(("detector.backbone.vision_backbone.", "tracker.sam_mask_")) for name in official):
        return None
    if any(name.startswith("tracker.model.") or ".interactive_convs." in name for name in by_name):
        return Naming(OFFICIAL, official, "SAM 3.1", has_raw_iou=True)
    return Naming(OFFICIAL, official, "SAM 3", " as Meta names things")


def name_relative(names: Iterable[str]) -> str | None:
    """Say what else the file is that this program cannot load, if that is known."""
    for name in names:
        for piece, title in RELATIVES:
            if piece in name:
                return title
    return None


def _rename(by_name: dict[str, str], prefixes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Put in front of each name what the first of the prefixes that fits says."""
    renamed: dict[str, str] = {}
    for name, theirs in by_name.items():
        old, new = next((pair for pair in prefixes if name.startswith(pair[0])), ("", ""))
        renamed[new + name.removeprefix(old)] = theirs
    return renamed
