"""What the tests of formats share: a project with every kind of region, and masks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.project import (
    ImageId,
    ImageState,
    Instance,
    Polygon,
    ProjectStore,
    Region,
    mask_to_region,
    rectangle,
    region_to_mask,
    simplify_region,
)

MakeImage = Callable[..., Path]

RING = Region((Polygon([(5, 5), (35, 5), (35, 30), (5, 30)], [[(12, 10), (28, 10), (28, 24), (12, 24)]]),))


def speckled_mask(seed: int, height: int, width: int) -> NDArray[np.bool_]:
    """Make a mask of many parts with many holes."""
    import cv2

    noise = np.random.default_rng(seed).standard_normal((height, width)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5) > 0.05)


@dataclass(frozen=True)
class Dataset:
    """A project of four annotated images, two of one name, one confirmed as empty, one untouched, and its masks."""

    store: ProjectStore
    photos: Path
    by_name: dict[str, ImageId]

    def mask(self, instance: Instance) -> NDArray[np.bool_]:
        facts = self.store.image(instance.image_id).facts
        return region_to_mask(instance.region, facts.height, facts.width)

    def instances(self) -> list[Instance]:
        return [instance for image in self.store.images() for instance in self.store.instances(image.id)]

    def visible_masks(self, image_id: ImageId) -> list[NDArray[np.bool_]]:
        """Give the masks of an image with what later instances cover cut away."""
        masks = [self.mask(instance) for instance in self.store.instances(image_id)]
        covered = [np.any([mask & False, *masks[number:]], axis=0) for number, mask in enumerate(masks, start=1)]
        return [mask & ~above for mask, above in zip(masks, covered, strict=True)]


@pytest.fixture
def dataset(tmp_path: Path, make_image: MakeImage) -> Iterator[Dataset]:
    """Make the project `tmp_path/labels.sam3proj` of images in `tmp_path/photos`."""
    names = ["a.png", "sub/a.png", "sub/a.jpg", "Straße 日本.png", "empty.png", "untouched.png"]
    for seed, name in enumerate(names):
        make_image(f"photos/{name}", width=64 + seed, height=48, seed=seed)
    photos = tmp_path / "photos"
    with ProjectStore.create(tmp_path / "labels.sam3proj", image_roots=[photos]) as store:
        by_name = {image.path.removeprefix("photos/"): image.id for image in store.images()}
        with store.edit("Annotate", undoable=False) as edit:
            cat, no, odd = edit.add_category("cat"), edit.add_category("no"), edit.add_category('"日本": 1')
            edit.add_instance(by_name["a.png"], cat, RING)
            edit.add_instance(by_name["a.png"], no, mask_to_region(speckled_mask(1, 48, 64)))
            edit.add_instance(by_name["a.png"], odd, rectangle(-10, 30, 20, 99))
            edit.add_instance(
                by_name["sub/a.png"], cat, simplify_region(mask_to_region(speckled_mask(2, 48, 60)), 1).region
            )
            edit.add_instance(
                by_name["sub/a.png"], no, Region((*rectangle(1, 1, 9, 9).polygons, *rectangle(30, 20, 50, 40).polygons))
            )
            edit.add_instance(by_name["sub/a.jpg"], cat, rectangle(10, 10, 11, 11))
            edit.add_instance(by_name["sub/a.jpg"], cat, Region((Polygon([(3.25, 4.5), (50.1, 7), (22, 40.75)]),)))
            edit.add_instance(by_name["Straße 日本.png"], odd, mask_to_region(speckled_mask(3, 48, 60)), is_crowd=True)
            edit.add_instance(by_name["Straße 日本.png"], odd, rectangle(20, 20, 40, 45))
            edit.update_image(by_name["empty.png"], state=ImageState.CONFIRMED_EMPTY)
        yield Dataset(store, photos, by_name)


@pytest.fixture
def crowded(tmp_path: Path, make_image: MakeImage) -> Iterator[Callable[[int, int], ProjectStore]]:
    """Make a project of one image, `1.png` of 60 x 20 pixels, with so many categories and instances of one pixel."""
    make_image("photos/1.png", width=60, height=20)
    with ProjectStore.create(tmp_path / "crowded.sam3proj", image_roots=[tmp_path / "photos"]) as store:

        def fill(categories: int, instances: int) -> ProjectStore:
            image = store.images()[0].id
            with store.edit("Fill", undoable=False) as edit:
                ids = [edit.add_category(f"category {number}") for number in range(1, categories + 1)]
                for number in range(instances):
                    x, y = number % 60, number // 60
                    edit.add_instance(image, ids[number % categories], rectangle(x, y, x + 1, y + 1))
            return store

        yield fill


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[Dataset]:
    """Make a project of one photograph that EXIF turns to 30 x 50 pixels, with one instance at its lower end."""
    from PIL import Image

    photos = tmp_path / "photos"
    photos.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (50, 30), "teal").save(photos / "turned.jpg", exif=exif)
    with ProjectStore.create(tmp_path / "turned.sam3proj", image_roots=[photos]) as store:
        (image,) = store.images()
        with store.edit("Annotate", undoable=False) as edit:
            edit.add_instance(image.id, edit.add_category("cat"), rectangle(3, 31, 12, 50))
        yield Dataset(store, photos, {"turned.jpg": image.id})
