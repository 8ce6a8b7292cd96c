"""The catalogue: short unique names, the user's files untouched, nothing forgotten and nothing made up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.model import BUILTIN, Catalog, CatalogError, ModelOrigin, ModelState, ModelUnavailable
from sam3_annotator.model.catalog.known import KNOWN

MakeCheckpoint = Callable[..., Path]
MakeParts = Callable[[str, list[str]], Path]


def _names(catalog: Catalog) -> list[str]:
    return [entry.name for entry in catalog.entries()]


def test_names_of_known_models_are_short_and_unique() -> None:
    names = [model.name for model in KNOWN]

    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 20
    assert all(len(model.sha256) in (0, 64) for model in KNOWN)


def test_new_catalog_has_the_built_in_model_and_what_is_published(catalog: Catalog) -> None:
    builtin, tiny = catalog.entries()

    assert (builtin.name, builtin.origin, builtin.state) == (BUILTIN, ModelOrigin.BUILTIN, ModelState.READY)
    assert (tiny.name, tiny.origin, tiny.state) == ("tiny", ModelOrigin.PUBLISHED, ModelState.ABSENT)
    assert catalog.resolve(BUILTIN).is_file()


def test_looking_at_the_catalog_writes_nothing(catalog: Catalog) -> None:
    catalog.entries()

    assert not catalog.folder.exists()


def test_added_file_is_there_in_every_later_catalog(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("My Fine Tune.safetensors")
    before = path.read_bytes(), path.stat().st_mtime_ns

    entry = catalog.add(path)

    assert (entry.name, entry.origin, entry.state) == ("my-fine-tune", ModelOrigin.ADDED, ModelState.READY)
    again = Catalog(catalog.folder, [])
    assert again.resolve("my-fine-tune") == path
    assert again.contents("my-fine-tune").parameters == 10
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_folder_is_added_as_it_is(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    file = make_checkpoint("tuned/model.safetensors")

    entry = catalog.add(file.parent)

    assert (entry.name, entry.path, catalog.resolve("tuned")) == ("tuned", file.parent, file)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("tiny.safetensors", "tiny-2"),
        ("grabcut.pt", "grabcut-2"),
        ("Zwölf Äpfel (neu).safetensors", "zw-lf-pfel-neu"),
        ("run 7/model.safetensors", "run-7"),
        ("日本.safetensors", "model"),
        (f"{60 * 'x'}.pt", 36 * "x"),
    ],
)
def test_name_is_made_of_the_file_and_is_free(
    place: str, name: str, catalog: Catalog, make_checkpoint: MakeCheckpoint
) -> None:
    assert catalog.add(make_checkpoint(place)).name == name


def test_same_stem_twice_gets_a_number(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    names = [catalog.add(make_checkpoint(f"{folder}/tuned.safetensors")).name for folder in "abc"]

    assert names == ["tuned", "tuned-2", "tuned-3"]


@pytest.mark.parametrize("name", [BUILTIN, "grabcut", "tiny"])
def test_name_that_is_taken_is_refused(name: str, catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    with pytest.raises(CatalogError, match="already; give another name"):
        catalog.add(make_checkpoint("a.safetensors"), name)


@pytest.mark.parametrize("name", ["Mine", "a b", "-a", "a/b", "../a", 41 * "a", "é"])
def test_name_that_would_be_awkward_is_refused(name: str, catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    with pytest.raises(CatalogError, match="cannot be the name of a model"):
        catalog.add(make_checkpoint("a.safetensors"), name)


def test_same_file_is_not_added_twice(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("run/model.safetensors")
    catalog.add(path, "mine")

    with pytest.raises(CatalogError, match="in the list already, as “mine”"):
        catalog.add(path.parent)


def test_file_that_is_no_checkpoint_is_not_added(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no checkpoint")

    with pytest.raises(ModelUnavailable, match="is a text, “no checkpoint…”, not weights"):
        catalog.add(tmp_path / "notes.txt")

    assert not catalog.folder.exists()


def test_checkpoint_of_another_model_is_not_added(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    with pytest.raises(ModelUnavailable, match="holds weights of SAM 2, which this program does not load"):
        catalog.add(make_checkpoint("sam2.safetensors", "image_encoder.trunk.blocks.0.x"))


def test_file_that_moved_is_shown_as_missing_until_it_is_back(
    catalog: Catalog, make_checkpoint: MakeCheckpoint
) -> None:
    path = make_checkpoint("mine.safetensors")
    catalog.add(path)

    path.rename(path.with_name("elsewhere.safetensors"))

    assert catalog.entry("mine").state is ModelState.MISSING
    with pytest.raises(ModelUnavailable, match=r"“mine” is not at .*mine\.safetensors any more"):
        catalog.resolve("mine")
    path.with_name("elsewhere.safetensors").rename(path)
    assert catalog.entry("mine").state is ModelState.READY


def test_unknown_name_is_answered_with_the_one_that_was_meant(catalog: Catalog) -> None:
    with pytest.raises(ModelUnavailable, match="no model named “tinny”; did you mean “tiny”"):
        catalog.entry("tinny")
    with pytest.raises(ModelUnavailable, match="there are “builtin”, “tiny”"):
        catalog.entry("xyz")


def test_published_model_cannot_be_used_before_it_is_downloaded(catalog: Catalog) -> None:
    with pytest.raises(ModelUnavailable, match="Tiny is not downloaded yet"):
        catalog.resolve("tiny")


def test_removed_model_is_forgotten_and_its_file_stays(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("mine.safetensors")
    catalog.add(path)

    catalog.remove("mine")

    assert path.is_file()
    assert "mine" not in _names(catalog)


def test_hash_of_a_removed_model_is_forgotten(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    folder = make_checkpoint("mine/model.safetensors").parent
    catalog.add(folder)
    catalog.hash_file("mine")

    catalog.remove("mine")

    assert json.loads((catalog.folder / "models.json").read_text())["hashes"] == {}


def test_missing_model_can_be_removed(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("mine.safetensors")
    catalog.add(path)
    path.unlink()

    catalog.remove("mine")

    assert "mine" not in _names(catalog)


def test_downloaded_model_is_deleted_and_stays_known(catalog: Catalog, fake_hub: Any) -> None:
    path = catalog.download("tiny")

    catalog.remove("tiny")

    assert not path.exists()
    assert catalog.entry("tiny").state is ModelState.ABSENT


def test_built_in_model_and_what_is_not_there_cannot_be_removed(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="belongs to the program"):
        catalog.remove(BUILTIN)
    with pytest.raises(CatalogError, match="Tiny is not downloaded"):
        catalog.remove("tiny")


def test_hash_is_computed_once_and_remembered(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("mine.safetensors")
    catalog.add(path)
    told: list[tuple[int, int]] = []

    first = catalog.hash_file("mine", lambda done, total: told.append((done, total)))
    second = catalog.hash_file("mine", lambda *_: pytest.fail("The file was read again."))

    assert first == second == catalog.entry("mine").file_hash
    assert first.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_model_in_parts_is_added_sized_and_hashed_as_one(catalog: Catalog, make_parts: MakeParts) -> None:
    index = make_parts("tuned", ["detector_model.a", "detector_model.b"])
    parts = sorted(index.parent.glob("*.safetensors"))
    whole = b"".join(part.read_bytes() for part in parts)
    told: list[tuple[int, int]] = []

    entry = catalog.add(index.parent)
    file_hash = catalog.hash_file("tuned", lambda done, total: told.append((done, total)))

    assert (entry.name, entry.state, entry.size) == ("tuned", ModelState.READY, len(whole))
    assert catalog.resolve("tuned") == index
    assert catalog.contents("tuned").parts == 2
    assert file_hash.sha256 == hashlib.sha256(whole).hexdigest()
    assert told == sorted(told)
    assert told[-1] == (len(whole), len(whole))
    assert catalog.entry("tuned").file_hash == file_hash


def test_part_that_changed_is_hashed_again(catalog: Catalog, make_parts: MakeParts) -> None:
    index = make_parts("tuned", ["detector_model.a", "detector_model.b"])
    catalog.add(index)
    before = catalog.hash_file("tuned")

    make_parts("tuned", ["detector_model.another", "detector_model.b"])

    assert catalog.entry("tuned").file_hash is None
    assert catalog.hash_file("tuned").sha256 != before.sha256


def test_part_that_is_gone_is_named(catalog: Catalog, make_parts: MakeParts) -> None:
    index = make_parts("tuned", ["detector_model.a", "detector_model.b"])
    catalog.add(index)
    (index.parent / "model-00002-of-00002.safetensors").unlink()

    assert catalog.entry("tuned").state is ModelState.MISSING
    with pytest.raises(ModelUnavailable, match=r"model-00002-of-00002\.safetensors is missing"):
        catalog.resolve("tuned")


def test_file_that_changed_is_hashed_again(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("mine.safetensors")
    catalog.add(path)
    before = catalog.hash_file("mine")

    make_checkpoint("mine.safetensors", note="another header")

    assert catalog.entry("mine").file_hash is None
    assert catalog.hash_file("mine").sha256 != before.sha256


@pytest.mark.parametrize("damaged", ["{ cut off", "[]", '{"version": 1, "models": {"theirs": "/a.pt"}, "hashes": []}'])
def test_damaged_list_counts_as_empty_and_is_kept(
    damaged: str, catalog: Catalog, make_checkpoint: MakeCheckpoint
) -> None:
    catalog.folder.mkdir()
    list_file = catalog.folder / "models.json"
    list_file.write_text(damaged)

    assert _names(catalog) == [BUILTIN, "tiny"]
    catalog.add(make_checkpoint("mine.safetensors"))

    assert _names(catalog) == [BUILTIN, "tiny", "mine"]
    assert list_file.with_name("models.json.damaged").read_text() == damaged


def test_list_of_a_newer_version_is_left_alone(catalog: Catalog, make_checkpoint: MakeCheckpoint) -> None:
    catalog.folder.mkdir()
    newer = json.dumps({"version": 2})
    (catalog.folder / "models.json").write_text(newer)

    with pytest.raises(CatalogError, match="A newer version of the program wrote"):
        catalog.add(make_checkpoint("mine.safetensors"))

    assert (catalog.folder / "models.json").read_text() == newer


def test_list_that_cannot_be_written_stays_as_it_was(
    catalog: Catalog, make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.add(make_checkpoint("mine.safetensors"))
    before = (catalog.folder / "models.json").read_text()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CatalogError, match="cannot be written"):
        catalog.add(make_checkpoint("other.safetensors"))

    assert (catalog.folder / "models.json").read_text() == before
    assert [file.name for file in catalog.folder.iterdir() if file.suffix == ".part"] == []


def test_hash_is_told_also_where_it_cannot_be_remembered(
    catalog: Catalog, make_checkpoint: MakeCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.add(make_checkpoint("mine.safetensors"))

    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)

    assert len(catalog.hash_file("mine").sha256) == 64
    assert catalog.entry("mine").file_hash is None
