"""Where YOLO datasets keep their parts."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from sam3_annotator.project import FormatError, Split
from sam3_annotator.project.formats.yolo import label_files
from sam3_annotator.project.formats.yolo.layout import LabelledImage, find_layout

MakeImage = Callable[..., Path]
Tree = Callable[..., Path]

NAMES = "names: [cat, dog]\n"


@pytest.fixture
def tree(tmp_path: Path, make_image: MakeImage) -> Tree:
    """Make a dataset: `tree(*files, **contents)`: images by their suffix, labels with a row, others by content."""

    def make(*files: str, **contents: str) -> Path:
        for name in files:
            path = tmp_path / "ds" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".txt":
                path.write_text("0 0.5 0.5 0.5 0.5\n")
            else:
                make_image(f"ds/{name}", width=12, height=10)
        for name, content in contents.items():
            (tmp_path / "ds" / name.replace("__", "/").replace("_dot_", ".")).write_text(content, encoding="utf-8")
        return tmp_path / "ds"

    return make


def found(source: Path) -> dict[str, tuple[bool, Split | None]]:
    """Return, by the name of an image, whether it has labels, and its split."""
    layout = find_layout(source)
    return {image.name: (image.labels is not None, image.split) for image in layout.images}


TWO = {"images/train/a.png": (True, Split.TRAIN), "images/val/b.png": (True, Split.VAL)}
TWO_FILES = ("images/train/a.png", "images/val/b.png", "labels/train/a.txt", "labels/val/b.txt")


@pytest.mark.parametrize(
    "data",
    [
        "train: images/train\nval: images/val\n",
        "train: ./images/train/\nval: images/val\ntest: # none\n",
        "path: ../ds\ntrain: images/train\nval: images/val\n",
        "path: /datasets/of/somebody/ds\ntrain: images/train\nval: images/val\n",
        "path: datasets/ds\ntrain: images/train\nvalidation: images/val\n",
        "path: .\ntrain: [images/train]\nval:\n  - images/val\n",
        "train: ../images/train\nval: ../images/val\n",
        "train: /home/me/ds/images/train\nval: C:\\work\\ds\\images\\val\n",
        "train: images/train/a.png\nval: images/val/b.png\n",
    ],
)
def test_folders_of_splits_are_found_from_the_data_file_wherever_it_was_written(tree: Tree, data: str) -> None:
    folder = tree(*TWO_FILES, data_dot_yaml=NAMES + data)

    assert found(folder) == TWO
    assert found(folder / "data.yaml") == TWO
    assert find_layout(folder).warnings == ()


@pytest.mark.parametrize("inner", ["", "images/"])
def test_a_data_file_that_only_names_classes_stands_for_its_folder(tree: Tree, inner: str) -> None:
    labels = "labels/" if inner else ""
    folder = tree(f"{inner}a.png", f"{labels}a.txt", data_dot_yaml=f"nc: 2\n{NAMES}")

    assert found(folder / "data.yaml") == found(folder) == {f"{inner}a.png": (True, None)}
    assert find_layout(folder / "data.yaml").names == {0: "cat", 1: "dog"}


def test_absolute_path_of_this_machine_counts(tree: Tree, tmp_path: Path) -> None:
    folder = tree(*TWO_FILES)
    data = tmp_path / "elsewhere/data.yaml"
    data.parent.mkdir()
    data.write_text(f"{NAMES}path: {folder}\ntrain: images/train\nval: images/val\n")

    assert found(data) == TWO


def test_path_that_leads_somewhere_counts_as_it_is_written(tree: Tree, tmp_path: Path) -> None:
    folder = tree(*TWO_FILES)
    data = tmp_path / "elsewhere/data.yaml"
    (data.parent / "images/train").mkdir(parents=True)
    data.write_text(f"{NAMES}train: {folder}/images/train\nval: ../ds/images/val\n")

    assert {image.labels for image in find_layout(data).images} == {
        folder / "labels/train/a.txt",
        folder / "labels/val/b.txt",
    }


def test_folder_of_images_inside_that_of_the_split_is_read(tree: Tree) -> None:
    folder = tree("train/images/a.png", "train/labels/a.txt", "valid/images/a.png", "valid/labels/a.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: ../train/images\nval: ../valid/images\n")

    assert found(folder) == {"train/images/a.png": (True, Split.TRAIN), "valid/images/a.png": (True, Split.VAL)}


@pytest.mark.parametrize(
    "line", ["./images/sub/a.png", "images/sub/a.png", "/home/me/ds/images/sub/a.png", "..\\ds\\images\\sub\\a.png"]
)
@pytest.mark.parametrize("with_image", [True, False])
def test_lists_of_images_are_followed(tree: Tree, line: str, with_image: bool) -> None:
    folder = tree("images/sub/a.png", "images/sub/not-listed.png", "labels/sub/a.txt", "labels/sub/not-listed.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: train.txt\n")
    (folder / "train.txt").write_text(f"\n{line}\n")
    if not with_image:
        shutil.rmtree(folder / "images")

    assert found(folder) == {"images/sub/a.png": (True, Split.TRAIN)}


def test_image_of_a_list_that_is_nowhere_keeps_the_name_it_has_there(tree: Tree) -> None:
    folder = tree("images/a.png", "labels/a.txt")
    (folder / "data.yaml").write_text(f"{NAMES}val: list.txt\n")
    (folder / "list.txt").write_text("images/a.png\n/data/images/b.jpg\n")

    assert found(folder) == {"images/a.png": (True, Split.VAL), "data/images/b.jpg": (False, Split.VAL)}


def test_labels_without_images_are_images_of_any_suffix(tree: Tree) -> None:
    folder = tree("labels/train/a.b.txt", "labels/val/sub/c.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: images/train\nval: images/val\n")

    assert found(folder) == {"images/train/a.b.*": (True, Split.TRAIN), "images/val/sub/c.*": (True, Split.VAL)}


def test_images_without_labels_are_listed_and_so_are_labels_without_an_image(tree: Tree) -> None:
    folder = tree("images/train/a.png", "images/train/b.png", "labels/train/a.txt", "labels/train/c.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: images/train\n")

    assert {name: has_labels for name, (has_labels, _) in found(folder).items()} == {
        "images/train/a.png": True,
        "images/train/b.png": False,
        "images/train/c.*": True,
    }


def test_images_for_validation_and_test_are_for_validation(tree: Tree) -> None:
    folder = tree(*TWO_FILES, data_dot_yaml=f"{NAMES}train: images/train\nval: images/val\ntest: images/val\n")

    assert found(folder) == TWO


def test_images_for_training_and_validation_have_no_split(tree: Tree) -> None:
    """As in an export without splits, whose data file names the same images for training and validation."""
    folder = tree("images/train/a.png", "images/train/b.png", "labels/train/a.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: images/train\nval: images/train\ntest: images/train/b.png\n")

    assert found(folder) == {"images/train/a.png": (True, None), "images/train/b.png": (False, None)}


def test_labels_without_images_for_training_and_validation_have_no_split(tree: Tree) -> None:
    folder = tree("labels/train/a.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: images/train\nval: images/train\n")

    assert found(folder) == {"images/train/a.*": (True, None)}


def test_place_that_is_not_there_is_told(tree: Tree) -> None:
    folder = tree(*TWO_FILES)
    (folder / "data.yaml").write_text(f"{NAMES}train: images/train\ntest: images/test\n")

    (warning,) = find_layout(folder).warnings
    assert warning == "data.yaml names 1 place (images/test) where nothing is, which was left out."


@pytest.mark.parametrize("chosen", ["", "labels", "images"])
def test_folder_without_a_data_file_is_read_by_its_folders(tree: Tree, chosen: str) -> None:
    folder = tree(*TWO_FILES, classes_dot_txt="cat\ndog\n")

    assert found(folder / chosen) == TWO
    assert find_layout(folder / chosen).names == {0: "cat", 1: "dog"}


@pytest.mark.parametrize("chosen", ["labels/train", "images/train"])
def test_one_folder_of_a_dataset_gets_the_names_of_its_data_file(tree: Tree, chosen: str) -> None:
    folder = tree(*TWO_FILES, data_dot_yaml=f"{NAMES}train: images/train\nval: images/val\nkpt_shape: [4, 2]\n")

    layout = find_layout(folder / chosen)

    assert [(image.name, image.split) for image in layout.images] == [("images/train/a.png", Split.TRAIN)]
    assert (layout.folder, layout.names, layout.keypoint_values) == (folder, {0: "cat", 1: "dog"}, 8)


@pytest.mark.parametrize("chosen", ["train", "train/labels"])
def test_one_split_of_a_dataset_gets_the_names_of_its_data_file(tree: Tree, chosen: str) -> None:
    folder = tree("train/images/a.png", "train/labels/a.txt", "valid/images/b.png", "valid/labels/b.txt")
    (folder / "data.yaml").write_text(f"{NAMES}train: ../train/images\nval: ../valid/images\n")

    layout = find_layout(folder / chosen)

    assert [(image.name, image.split) for image in layout.images] == [("train/images/a.png", Split.TRAIN)]
    assert layout.names == {0: "cat", 1: "dog"}


@pytest.mark.parametrize("names", ["classes.txt", "obj.names", "cats.names", "_darknet.labels"])
def test_labels_beside_their_images_are_read(tree: Tree, names: str) -> None:
    folder = tree("a.png", "a.txt", "sub/b.jpg", "sub/b.txt", "c.txt")
    (folder / names).write_text("cat\n\ndog\n")

    assert {name: has_labels for name, (has_labels, _) in found(folder).items()} == {
        "a.png": True,
        "sub/b.jpg": True,
        "c.*": True,
    }
    assert find_layout(folder).names == {0: "cat", 2: "dog"}


def test_names_beside_the_labels_count(tree: Tree) -> None:
    folder = tree("images/a.png", "labels/a.txt", labels__classes_dot_txt="cat\n")

    for chosen in (folder, folder / "labels"):
        layout = find_layout(chosen)
        assert [image.name for image in layout.images] == ["images/a.png"]
        assert layout.names == {0: "cat"}


def test_lists_of_darknet_tell_the_splits(tree: Tree) -> None:
    folder = tree("obj_train_data/a.txt", "obj_train_data/b.txt", obj_dot_names="cat\n")
    (folder / "train.txt").write_text("data/obj_train_data/a.jpg\n")
    (folder / "valid.txt").write_text("data/obj_train_data/b.jpg\n")

    assert found(folder) == {
        "obj_train_data/a.jpg": (True, Split.TRAIN),
        "obj_train_data/b.jpg": (True, Split.VAL),
    }


def test_labels_of_images_called_as_lists_are_labels(tree: Tree) -> None:
    folder = tree("labels/train.txt", "labels/val.txt", "labels/classes.txt")

    assert set(found(folder)) == {"images/train.*", "images/val.*"}


def test_labels_beside_an_image_called_as_a_list_are_no_list(tree: Tree) -> None:
    folder = tree("train.png", "train.txt", "a.txt")

    assert set(found(folder)) == {"train.png", "a.*"}


def test_dataset_inside_a_folder_is_found(tree: Tree) -> None:
    folder = tree(*TWO_FILES, data_dot_yaml=f"{NAMES}train: images/train\nval: images/val\n")

    assert found(folder.parent) == TWO


def test_folders_called_images_above_the_dataset_lead_nowhere_else(tmp_path: Path, make_image: MakeImage) -> None:
    make_image("images/mixed/a.png")
    for name in ("a", "b"):
        (tmp_path / f"images/mixed/{name}.txt").write_text("")

    layout = find_layout(tmp_path / "images/mixed")

    assert [image.labels for image in layout.images] == [tmp_path / f"images/mixed/{name}.txt" for name in ("a", "b")]


def test_images_of_one_name_in_two_folders_have_their_own_labels(tree: Tree) -> None:
    folder = tree("images/left/1.png", "images/right/1.png", "labels/left/1.txt", "labels/right/1.txt")

    assert {image.labels for image in find_layout(folder).images} == {
        folder / "labels/left/1.txt",
        folder / "labels/right/1.txt",
    }


def test_names_with_spaces_and_of_other_scripts_are_found(tree: Tree) -> None:
    folder = tree("images/Straße 日本.png", "labels/Straße 日本.txt")

    (image,) = find_layout(folder).images
    assert image == LabelledImage("images/Straße 日本.png", folder, folder / "labels/Straße 日本.txt", None)


@pytest.mark.parametrize(("image", "labels"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_labels_are_found_however_accents_are_written(tree: Tree, image: str, labels: str) -> None:
    """Archives from a Mac write them otherwise than programs elsewhere do."""
    written = unicodedata.normalize(labels, "labels/été.txt")
    folder = tree(unicodedata.normalize(image, "images/été.png"), written)

    (found,) = find_layout(folder).images
    assert found.labels is not None
    assert found.labels.name.encode() == written.removeprefix("labels/").encode()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names that differ in case alone are one name there")
def test_labels_of_a_name_in_another_case_are_those_of_another_image(tree: Tree) -> None:
    folder = tree("images/a.png", "images/A.png", "labels/a.txt")

    assert {image.name: image.labels for image in find_layout(folder).images} == {
        "images/a.png": folder / "labels/a.txt",
        "images/A.png": None,
    }


def test_labels_go_by_the_name_they_are_listed_under_where_the_system_minds_no_case(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tree("images/a.png", "labels/A.txt")
    monkeypatch.setattr(label_files, "is_there", lambda path: path.parent.name == "labels")

    (image,) = find_layout(folder).images
    assert image.labels == folder / "labels/A.txt"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "neither names nor train nor val"),
        (b"[1, 2]", "neither names nor train nor val"),
        (b"version: 2\nservices: {}\n", "neither names nor train nor val"),
        (b"names: [cat\n", "damaged or no YAML in line"),
        (b"names: {[a]: b}\n", "damaged or no YAML"),
        (b"names: [\xff]", "not UTF-8"),
        (b"[" * 10_000, "YOLO dataset|no YAML"),
        (b"names: [cat]\ntrain: images/train\n", "leads to no labels"),
    ],
)
def test_file_that_is_no_data_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "data.yaml").write_bytes(content)

    for source in (tmp_path, tmp_path / "data.yaml"):
        with pytest.raises(FormatError, match=sentence) as caught:
            find_layout(source)
        assert "data.yaml" in str(caught.value)


def test_other_sources_are_refused_with_a_sentence(tmp_path: Path, make_image: MakeImage) -> None:
    photo = make_image("photos/a.png")
    for source, words in [
        (tmp_path / "absent", "nothing at"),
        (tmp_path / ("x" * 5000), "nothing at" if sys.platform == "win32" else "cannot be read"),
        (photo, "no data.yaml"),
        (photo.parent, "no labels"),
    ]:
        with pytest.raises(FormatError, match=words):
            find_layout(source)


def test_several_data_files_are_not_guessed_between(tree: Tree) -> None:
    folder = tree(*TWO_FILES, one_dot_yaml=f"{NAMES}train: images/train\n", two_dot_yml=f"{NAMES}val: images/val\n")
    (folder / "other.yaml").write_text("version: 2\n")

    with pytest.raises(FormatError, match=r"2 data files \(one.yaml, two.yml\); choose one"):
        find_layout(folder)
    assert found(folder / "two.yml") == {"images/val/b.png": (True, Split.VAL)}
