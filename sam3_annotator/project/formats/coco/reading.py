"""Reads COCO instances: one file, or a folder with one file per split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.coco.attributes import AttributeReader
from sam3_annotator.project.formats.coco.segmentation import region_of_annotation
from sam3_annotator.project.formats.files.export_folder import has_exported
from sam3_annotator.project.formats.files.json_files import Json, parse_json
from sam3_annotator.project.formats.files.sources import is_single_file, name_in, shown
from sam3_annotator.project.formats.foreign_values import size_of, storable, storable_score, storable_text
from sam3_annotator.project.formats.images.folders import bases_beside, image_folders
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    PlannedInstance,
    with_problems,
)
from sam3_annotator.project.formats.sentences import left_out
from sam3_annotator.project.formats.splits import split_of_names
from sam3_annotator.project.words import counted

_TITLE = "COCO"


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from a COCO file, or from the COCO files of a folder such as an export.

    Accepted are polygons and both run-length codes whatever `iscrowd` says, boxes without a segmentation, ids of any
    kind, with gaps and from 0 on, and both slashes in file names. What cannot be accepted is left out and told by
    file and annotation. Raises FormatError if that leaves nothing, or a file is no COCO file.
    """
    files = _files_of(path)
    plans: list[ImportPlan] = []
    others: list[str] = []
    for file in files:
        try:
            plans.append(_FileReader(file, path).read())
        except FormatError as error:
            others.append(str(error))
    if not plans:
        raise FormatError(others[0])
    images = tuple(image for plan in plans for image in plan.images)
    categories = dict.fromkeys(category for plan in plans for category in plan.categories)
    problems = [*others, *(warning for plan in plans for warning in plan.warnings)]
    return with_problems(ImportPlan(_TITLE, tuple(categories), images), problems, path)


def _files_of(path: Path) -> list[Path]:
    if is_single_file(path, "a COCO file (.json) or the folder of an export"):
        return [path]
    for pattern in ("annotations/instances*.json", "annotations/*.json", "*.json", "*/*.json"):
        found = shown(path.glob(pattern))
        if found:
            return found
    raise FormatError(f"The folder {path} has no COCO file (.json) in it, nor in its sub-folder annotations.")


class _FileReader:
    """Reads one file; `warnings` collects what was left out."""

    def __init__(self, file: Path, source: Path) -> None:
        self._file = file
        self._name = name_in(file, source)
        self._warnings: list[str] = []
        self._with_keypoints = 0

    def read(self) -> ImportPlan:
        content = self._parse()
        categories = self._read_categories(content.get("categories") or [])
        images = self._read_images(content["images"])
        annotations = content.get("annotations") or []
        attributes = AttributeReader(content.get("info"), annotations)
        instances: dict[str, list[PlannedInstance]] = {}
        unread: set[str | None] = set()
        for number, annotation in enumerate(annotations, start=1):
            try:
                key, instance = self._read_annotation(annotation, images, categories)
            except ValueError as error:
                label = annotation.get("id", f"number {number}") if isinstance(annotation, dict) else f"number {number}"
                self._warn(left_out(f"annotation {label}", error))
                unread.add(_key(annotation.get("image_id")) if isinstance(annotation, dict) else None)
                continue
            instances.setdefault(key, []).append(replace(instance, attributes=attributes.read(annotation)))
        if self._with_keypoints:
            self._warn(f"the keypoints of {counted(self._with_keypoints, 'annotation')} were left out.")
        for sentence in attributes.sentences():
            self._warn(sentence)
        # Others list images that nobody has looked at as well.
        is_ours = has_exported(bases_beside(self._file)[0], self._file)
        planned = (
            replace(
                image,
                instances=tuple(instances.get(key, ())),
                is_known_empty=is_ours and key not in instances and not unread & {key, None},
            )
            for key, image in images.items()
        )
        return ImportPlan(_TITLE, tuple(categories.values()), tuple(planned), tuple(self._warnings))

    def _warn(self, sentence: str) -> None:
        self._warnings.append(f"{self._name}: {sentence}")

    def _parse(self) -> Json:
        content = parse_json(self._file, self._name, _TITLE)
        if not isinstance(content, dict):
            what = "a list, as results are" if isinstance(content, list) else "a single value"
            raise FormatError(f"{self._name} is no COCO data set but {what}; choose the file with images.")
        for key in ("images", "annotations", "categories"):
            if not isinstance(content.get(key, []), list) or (key == "images" and key not in content):
                raise FormatError(f"{self._name} is no COCO file: it has no list “{key}”.")
        return content

    def _read_categories(self, entries: list[object]) -> dict[str, PlannedCategory]:
        categories: dict[str, PlannedCategory] = {}
        for number, entry in enumerate(entries, start=1):
            key = _key(entry.get("id")) if isinstance(entry, dict) else None
            if key is None or not isinstance(entry, dict):
                self._warn(left_out(f"category number {number}", "has no id"))
                continue
            name = storable_text(entry.get("name")) or f"category {key}"
            known = categories.setdefault(key, PlannedCategory(name, storable_text(entry.get("supercategory"))))
            if known.name != name:
                self._warn(left_out(f"category {name}", f"has the id {key} of {known.name}"))
        return categories

    def _read_images(self, entries: list[object]) -> dict[str, PlannedImage]:
        images: dict[str, PlannedImage] = {}
        split = split_of_names((self._file.stem, self._file.parent.name))
        folders = tuple(image_folders(bases_beside(self._file), split))
        for number, entry in enumerate(entries, start=1):
            key = _key(entry.get("id")) if isinstance(entry, dict) else None
            name = entry.get("file_name") if isinstance(entry, dict) else None
            if key is None or not isinstance(entry, dict) or not isinstance(name, str) or not name.strip():
                self._warn(left_out(f"image number {number}", "has no id or no file_name"))
            elif key in images:
                if images[key].name != storable(name).replace("\\", "/"):
                    told = left_out(f"image {name}", f"has the id {key} of {images[key].name}")
                    self._warn(f"{told[:-1]}; what is annotated under this id came to {images[key].name}.")
            else:
                width, height = size_of(entry.get("width")), size_of(entry.get("height"))
                images[key] = PlannedImage(storable(name).replace("\\", "/"), width, height, split, folders)
        return images

    def _read_annotation(
        self, annotation: object, images: dict[str, PlannedImage], categories: dict[str, PlannedCategory]
    ) -> tuple[str, PlannedInstance]:
        if not isinstance(annotation, dict):
            raise ValueError("is no object")
        key = _key(annotation.get("image_id"))
        if key is None or key not in images:
            raise ValueError(f"belongs to the image {annotation.get('image_id')}, which the file does not list")
        category = _key(annotation.get("category_id"))
        if category is None:
            raise ValueError("has no category")
        if category not in categories:
            categories[category] = PlannedCategory(f"category {category}")
            self._warn(f"the category {category} has no name; it is called “category {category}”.")
        region = region_of_annotation(annotation, images[key].width, images[key].height)
        self._with_keypoints += bool(annotation.get("keypoints"))
        code = annotation.get("segmentation")
        if not images[key].width and isinstance(code, dict):  # run lengths tell the size of the image, too
            images[key] = replace(images[key], width=int(code["size"][1]), height=int(code["size"][0]))
        return key, PlannedInstance(
            categories[category].name,
            region,
            _is_true(annotation.get("iscrowd")),
            storable_score(annotation.get("score")),
        )


def _key(value: object) -> str | None:
    """Return an id as text, so that 1, 1.0 and "1" are the same; None if it is no id."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return storable_text(value) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _is_true(value: object) -> bool:
    return value.strip().lower() in {"1", "true"} if isinstance(value, str) else bool(value)
