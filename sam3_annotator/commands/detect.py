"""The command that finds all instances of a concept on one image."""

from __future__ import annotations

import json
import math
import re
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.commands.embedding import embed_file, kept_embeddings
from sam3_annotator.commands.failures import DONE, CommandFailed
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.commands.whole_files import filled_whole, mask_png, write_whole
from sam3_annotator.commands.words import Box, corners_within
from sam3_annotator.model import ConceptPrompt, Detection, Exemplar, Session, Workbench, never_cancelled
from sam3_annotator.model.packed_masks import PackedMask, PackedMasks
from sam3_annotator.project import ImageId, Region, hash_file, list_contents, read_image, region_to_mask
from sam3_annotator.project.rle import mask_to_rle, rle_to_coco_string
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.verbs.phrase_search import Manner, PhraseSearch

RESULTS = "detections.json"
MASK_NAME = re.compile(r"mask-[1-9][0-9]*\.png")


def detect_concept(
    image_path: Path,
    out: Path,
    *,
    model: ModelOptions,
    phrase: str,
    threshold: float,
    parts: int,
    exemplars: list[Box],
    negatives: list[Box],
) -> int:
    """Write a mask for each instance, `mask-1.png` and so on, and `detections.json`, into the folder `out`.

    `detections` in that file are results as COCO has them, in the order of the model, each with the name of its mask.
    With more than one, a phrase is looked for in so many `parts` along the longer side by themselves too, each thing is
    written once, the best first, and nothing is said of its presence, which is another in every part.
    """
    earlier = _earlier_masks(out)
    image = read_image(image_path)
    height, width = image.shape[:2]
    concept = ConceptPrompt(
        phrase,
        tuple(
            Exemplar(*corners_within(box, width, height), positive=is_positive)
            for boxes, is_positive in ((exemplars, True), (negatives, False))
            for box in boxes
        ),
    )
    session = open_chosen(model)
    _require_capabilities(session, concept)
    started = time.perf_counter()
    if parts > 1:
        found = _find_in_parts(image_path, image, session, phrase, threshold, parts, model.cache_gigabytes)
        said: dict[str, object] = {"parts": parts}
    else:
        embedding = embed_file(image_path, image, session, model.cache_gigabytes)
        found = session.detect(embedding, concept, threshold=threshold)
        said = {"presence": found.presence}
    seconds = time.perf_counter() - started
    facts = {"image": image_path.name, "width": width, "height": height, "model": session.name}
    _write(out, found, concept, threshold, facts | said, earlier)
    words = f"in {parts} parts along the longer side" if parts > 1 else f"presence {found.presence:.2f}"
    print(
        f"{out}: {len(found.scores)} above {threshold:g}, {words}, {seconds:.1f} s, {session.name} on {session.device}"
    )
    return DONE


def _find_in_parts(
    path: Path,
    image: NDArray[np.uint8],
    session: Session,
    phrase: str,
    threshold: float,
    parts: int,
    cache_gigabytes: float | None,
) -> Detection:
    """Look for a phrase in the whole of an image and part by part; `presence` of what is found is not known."""
    shown = ShownImage(ImageId(1), hash_file(path), image)
    search = PhraseSearch(shown, (phrase,), Manner(threshold, parts, tolerance=0))
    with progress_bar("Looking") as progress, kept_embeddings(cache_gigabytes) as cache:
        bench = Workbench(session, cache, never_cancelled, session.name)
        while search.looks_left:
            progress(search.looks - search.looks_left, search.looks)
            search.look(bench)
    found = search.news(())[phrase]
    masks = PackedMasks(shown.size, tuple(_packed(each.region) for each in found))
    boxes = np.array([each.box_xyxy for each in found], np.float32).reshape(-1, 4)
    return Detection(masks, boxes, np.array([each.score for each in found], np.float32), math.nan)


def _packed(region: Region) -> PackedMask:
    """Give the mask of a region that follows the edges of pixels."""
    left, top, right, bottom = (round(edge) for edge in region.box_xyxy)
    return PackedMask.of(region_to_mask(region.translated(-left, -top), bottom - top, right - left), left, top)


def _require_capabilities(session: Session, concept: ConceptPrompt) -> None:
    needed = [kind for kind, said in (("phrases", concept.phrase), ("exemplars", concept.exemplars)) if said]
    missing = [kind for kind in needed if kind not in session.capabilities]
    if missing:
        takes_exemplars = "exemplars" in session.capabilities
        way = "show an example with --exemplar alone" if takes_exemplars else "point at each object with “segment”"
        raise CommandFailed(
            f"The model “{session.name}” takes no {' and no '.join(missing)}; name a whole SAM 3 checkpoint with "
            f"--model, or {way}."
        )


def _earlier_masks(out: Path) -> list[Path]:
    """Give the masks that an earlier run left in the folder; raises `CommandFailed` if other things lie there."""
    try:
        present = list_contents(out) if out.exists() else []
    except OSError as error:
        raise CommandFailed(f"{out} cannot be used as a folder ({error.strerror}); name another --out.") from error
    masks = [path for path in present if MASK_NAME.fullmatch(path.name)]
    if len(present) > len(masks) + (out / RESULTS in present) or (masks and out / RESULTS not in present):
        raise CommandFailed(f"The folder {out} holds other files already; name an empty or new one with --out.")
    return masks


def _write(
    out: Path,
    found: Detection,
    concept: ConceptPrompt,
    threshold: float,
    facts: dict[str, object],
    earlier: list[Path],
) -> None:
    document = facts | {
        "phrase": concept.phrase,
        "exemplars": [
            {"box_xyxy": [one.x0, one.y0, one.x1, one.y1], "positive": one.positive} for one in concept.exemplars
        ],
        "threshold": threshold,
        "detections": _coco_results(found),
    }
    # Names of files may hold bytes that are no Unicode, which are escaped as JSON escapes characters.
    results = json.dumps(document, indent=2, ensure_ascii=False).encode(errors="backslashreplace")
    with filled_whole(out, earlier) as part:
        for number, mask in enumerate(found.packed, 1):
            write_whole(mask_png(mask), part / f"mask-{number}.png")
        write_whole(results, part / RESULTS)


def _coco_results(found: Detection) -> list[dict[str, object]]:
    """Give the detections as COCO's results: boxes x, y, width, height; areas as compressed run-length code."""
    rows: list[dict[str, object]] = []
    for number, (mask, box, score) in enumerate(zip(found.packed, found.boxes_xyxy, found.scores, strict=True), 1):
        x0, y0, x1, y1 = (round(float(edge), 3) for edge in box)
        rows.append(
            {
                "image_id": 1,
                "category_id": 1,
                "bbox": [x0, y0, round(x1 - x0, 3), round(y1 - y0, 3)],
                "segmentation": {"size": list(mask.shape), "counts": rle_to_coco_string(mask_to_rle(mask))},
                "score": float(score),
                "mask": f"mask-{number}.png",
            }
        )
    return rows
