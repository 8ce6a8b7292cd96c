"""The data of a project: records, regions, the store, images and formats; knows neither Qt nor torch."""

from __future__ import annotations

from sam3_annotator.project.changes import ChangeKind, ChangeSet, RowChange
from sam3_annotator.project.checks import Finding, FindingKind, Severity, check_project
from sam3_annotator.project.combination import cut_out, merge_regions, parts_of, without_holes
from sam3_annotator.project.copies import InstanceCopy, copy_instance, decode_copies, encode_copies
from sam3_annotator.project.creation import add_image_files
from sam3_annotator.project.edit import Edit
from sam3_annotator.project.entities import (
    Category,
    CategoryId,
    ImageFacts,
    ImageId,
    ImageRecord,
    ImageState,
    Instance,
    InstanceId,
    Origin,
    PromptRecord,
    Provenance,
    Split,
)
from sam3_annotator.project.errors import (
    Cancelled,
    EditError,
    FormatError,
    ImageUnreadable,
    KnownError,
    NotAProject,
    ProjectError,
    ProjectInUse,
    ProjectReadOnly,
    ProjectTooNew,
    StorageFull,
)
from sam3_annotator.project.geometry import (
    clip_region,
    difference,
    intersection,
    is_valid_region,
    region_iou,
    repair_region,
    union,
)
from sam3_annotator.project.image_files import (
    EXPORT_MARKER,
    IMAGE_SUFFIXES,
    find_moved,
    folded,
    hash_file,
    is_export,
    is_there,
    list_image_files,
    why_no_images,
)
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.images import make_thumbnail, read_facts, read_image
from sam3_annotator.project.masks import mask_to_region, region_pixel_area, region_to_mask
from sam3_annotator.project.palette import PALETTE, next_color
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import (
    CategoryStatistics,
    ProjectStatistics,
    category_counts,
    category_named,
    find_images,
    instance_counts,
    instances_of_category,
    state_counts,
    statistics,
)
from sam3_annotator.project.regions import Polygon, Region, Ring, rectangle
from sam3_annotator.project.relocation import Relocation, missing_images, relocate_images
from sam3_annotator.project.simplification import (
    USUAL_TOLERANCE,
    Simplified,
    outline_mask,
    simplify_line,
    simplify_region,
)
from sam3_annotator.project.store import ProjectStore
from sam3_annotator.project.strokes import brushed
from sam3_annotator.project.vertex_edits import delete_vertex, insert_vertex, move_vertex
from sam3_annotator.project.words import counted

__all__ = [
    "EXPORT_MARKER",
    "IMAGE_SUFFIXES",
    "PALETTE",
    "USUAL_TOLERANCE",
    "Cancelled",
    "Category",
    "CategoryId",
    "CategoryStatistics",
    "ChangeKind",
    "ChangeSet",
    "Edit",
    "EditError",
    "Finding",
    "FindingKind",
    "FormatError",
    "ImageFacts",
    "ImageId",
    "ImageRecord",
    "ImageState",
    "ImageUnreadable",
    "Instance",
    "InstanceCopy",
    "InstanceId",
    "KnownError",
    "NotAProject",
    "Origin",
    "Polygon",
    "Progress",
    "ProjectError",
    "ProjectInUse",
    "ProjectReadOnly",
    "ProjectStatistics",
    "ProjectStore",
    "ProjectTooNew",
    "PromptRecord",
    "Provenance",
    "Region",
    "Relocation",
    "Ring",
    "RowChange",
    "Severity",
    "Simplified",
    "Split",
    "StorageFull",
    "absolute_path",
    "add_image_files",
    "brushed",
    "category_counts",
    "category_named",
    "check_project",
    "clip_region",
    "copy_instance",
    "counted",
    "cut_out",
    "decode_copies",
    "delete_vertex",
    "difference",
    "encode_copies",
    "find_images",
    "find_moved",
    "folded",
    "hash_file",
    "insert_vertex",
    "instance_counts",
    "instances_of_category",
    "intersection",
    "is_export",
    "is_there",
    "is_valid_region",
    "list_image_files",
    "make_thumbnail",
    "mask_to_region",
    "merge_regions",
    "missing_images",
    "move_vertex",
    "next_color",
    "no_progress",
    "outline_mask",
    "parts_of",
    "read_facts",
    "read_image",
    "rectangle",
    "region_iou",
    "region_pixel_area",
    "region_to_mask",
    "relocate_images",
    "repair_region",
    "simplify_line",
    "simplify_region",
    "state_counts",
    "statistics",
    "union",
    "why_no_images",
    "without_holes",
]
