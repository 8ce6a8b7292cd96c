"""The command that finds all instances of a concept on one image."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

from sam3_annotator.commands.embedding import embed_file
from sam3_annotator.commands.failures import DONE, CommandFailed
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.whole_files import filled_whole, mask_png, write_whole
from sam3_annotator.commands.words import Box, corners_within
from sam3_annotator.model import ConceptPrompt, Detection, Exemplar, Session
from sam3_annotator.project import list_contents, read_image
from sam3_annotator.project.rle import mask_to_rle, rle_to_coco_string

RESULTS = "detections.json"
MASK_NAME = re.compile(r"mask-[1-9][0-9]*\.png")


def detect_concept(
    image_path: Path,
    out: Path,
    *,
    model: ModelOptions,
    phrase: str,
    threshold: float,
    exemplars: list[Box],
    negatives: list[Box],
) -> int:
    """Write a mask for each instance, `mask-1.png` and so on, and `detections.json`, into the folder `out`.

    `detections` in that file are results as COCO has them, in the order of the model, each with the name of its mask.
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
    embedding = embed_file(image_path, image, session, model.cache_gigabytes)
    found = session.detect(embedding, concept, threshold=threshold)
    seconds = time.perf_counter() - started
    facts = {"image": image_path.name, "width": width, "height": height, "model": session.name}
    _write(out, found, concept, threshold, facts, earlier)
    print(
        f"{out}: {len(found.scores)} above {threshold:g}, presence {found.presence:.2f}, {seconds:.1f} s, "
        f"{session.name} on {session.device}"
    )
    return DONE


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
        "presence": found.presence,
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
