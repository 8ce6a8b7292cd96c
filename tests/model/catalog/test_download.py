"""Downloads from the hub: go on after an interruption, check what has arrived, and say in words what is refused."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sam3_annotator.model import AccessDenied, Catalog, DownloadFailed, ModelState
from sam3_annotator.model.catalog.download import SPARE_BYTES, Patience

HASTE = Patience(attempts=2, pause_s=0.0)
CHUNK = 100_000


class StopError(Exception):
    """What the user's cancel is to the download."""


def _stop_at(bytes_done: int) -> Any:
    def progress(done: int, total: int) -> None:
        if done >= bytes_done:
            raise StopError

    return progress


def _fetch(catalog: Catalog, **options: Any) -> Path:
    return catalog.download("tiny", patience=HASTE, **options)


def _left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "tiny").iterdir() if file.suffix != ".lock")


def test_file_arrives_whole_and_its_hash_is_remembered(catalog: Catalog, fake_hub: Any) -> None:
    told: list[tuple[int, int]] = []

    path = _fetch(catalog, progress=lambda done, total: told.append((done, total)))

    published = fake_hub.files["tiny.safetensors"]
    assert path.read_bytes() == published
    assert _left_in(catalog.folder) == ["tiny.safetensors"]
    assert told[0] == (0, len(published))
    assert told[-1] == (len(published), len(published))
    entry = catalog.entry("tiny")
    assert entry.state is ModelState.READY
    assert entry.file_hash is not None
    assert entry.file_hash.sha256 == hashlib.sha256(published).hexdigest()


def test_the_hub_is_asked_for_the_file_and_nothing_else(catalog: Catalog, fake_hub: Any) -> None:
    _fetch(catalog)

    assert all(path.startswith("/meta/tiny/resolve/") for _, path, _ in fake_hub.requests)


def test_file_that_is_there_is_not_fetched_again(catalog: Catalog, fake_hub: Any) -> None:
    _fetch(catalog)
    fake_hub.requests.clear()

    _fetch(catalog)

    assert fake_hub.requests == []


def test_cancelled_download_goes_on_where_it_stopped(catalog: Catalog, fake_hub: Any) -> None:
    with pytest.raises(StopError):
        _fetch(catalog, progress=_stop_at(CHUNK))
    entry = catalog.entry("tiny")
    assert entry.state is ModelState.PARTIAL
    assert entry.fetched >= CHUNK
    fake_hub.requests.clear()

    path = _fetch(catalog)

    assert path.read_bytes() == fake_hub.files["tiny.safetensors"]
    assert fake_hub.requests[-1] == (
        "GET",
        f"/meta/tiny/resolve/{fake_hub.COMMIT}/tiny.safetensors",
        f"bytes={entry.fetched}-",
    )


def test_connection_that_breaks_is_taken_up_again_at_once(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.drop_after = [CHUNK, 0, CHUNK]

    path = _fetch(catalog)

    assert path.read_bytes() == fake_hub.files["tiny.safetensors"]
    assert [wanted for _, _, wanted in fake_hub.requests[1:]] == [
        "bytes=0-",
        f"bytes={CHUNK}-",
        f"bytes={CHUNK}-",
        f"bytes={2 * CHUNK}-",
    ]


def test_connection_that_stays_broken_is_told_and_what_came_is_kept(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.drop_after = [CHUNK, 0, 0]

    with pytest.raises(DownloadFailed, match=r"The connection broke after 0\.1 MB .* goes on where it stopped"):
        _fetch(catalog)

    assert catalog.entry("tiny").fetched == CHUNK


def test_server_that_cannot_go_on_in_the_middle_is_read_from_the_beginning(catalog: Catalog, fake_hub: Any) -> None:
    with pytest.raises(StopError):
        _fetch(catalog, progress=_stop_at(CHUNK))
    fake_hub.has_ranges = False

    assert _fetch(catalog).read_bytes() == fake_hub.files["tiny.safetensors"]


def test_connection_that_breaks_again_and_again_on_such_a_server_is_told(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.has_ranges = False
    fake_hub.drop_after = [CHUNK] * 40

    with pytest.raises(DownloadFailed, match="The connection broke"):
        _fetch(catalog)

    assert len(fake_hub.requests) < 20


def test_remains_of_another_version_are_deleted(catalog: Catalog, fake_hub: Any) -> None:
    with pytest.raises(StopError):
        _fetch(catalog, progress=_stop_at(CHUNK))
    fake_hub.files["tiny.safetensors"] = bytes(300_000)

    assert _fetch(catalog).read_bytes() == bytes(300_000)
    assert _left_in(catalog.folder) == ["tiny.safetensors"]


def test_bytes_that_were_not_published_are_deleted(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.corrupt = True

    with pytest.raises(DownloadFailed, match="is not what was published: its SHA-256"):
        _fetch(catalog)

    assert _left_in(catalog.folder) == []
    assert catalog.entry("tiny").state is ModelState.ABSENT


def test_busy_server_is_asked_again(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.busy = 1

    assert _fetch(catalog).is_file()


def test_server_that_stays_busy_is_told(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.busy = 9

    with pytest.raises(DownloadFailed, match=r"cannot be reached \(the server is busy, HTTP 503\)"):
        _fetch(catalog)


def test_gated_model_is_given_to_the_account_that_has_access(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.access = "gated"

    assert _fetch(catalog, token=fake_hub.GOOD).is_file()
    assert not fake_hub.store_saw_token


def test_token_of_the_environment_is_used(catalog: Catalog, fake_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_hub.access = "gated"
    monkeypatch.setenv("HF_TOKEN", fake_hub.GOOD)

    assert _fetch(catalog).is_file()


class Refusal(NamedTuple):
    access: str
    token: str | None
    sentence: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(
            "gated", None, "given to accounts that asked for it. Ask for access on https://huggingface.co/meta/tiny"
        ),
        Refusal("closed", "hf_good", "Your account may not fetch Tiny yet. Ask for access on"),
        Refusal("gated", "hf_wrong", "does not know this access token"),
        Refusal("open", "ein Schlüssel", "does not know this access token"),
    ],
    ids=["no-token", "no-access-yet", "wrong-token", "no-token-at-all"],
)
def test_refusal_says_what_to_do_and_keeps_the_token_to_itself(
    refusal: Refusal, catalog: Catalog, fake_hub: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    fake_hub.access = refusal.access

    with pytest.raises(AccessDenied) as caught:
        _fetch(catalog, token=refusal.token)

    assert refusal.sentence in str(caught.value)
    assert caught.value.page == "https://huggingface.co/meta/tiny"
    assert refusal.token is None or refusal.token not in str(caught.value) + caplog.text


def test_token_is_neither_stored_nor_logged(
    catalog: Catalog, fake_hub: Any, isolated_user: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    fake_hub.access = "gated"

    _fetch(catalog, token=fake_hub.GOOD)

    written = [file for folder in (catalog.folder, isolated_user) for file in folder.rglob("*") if file.is_file()]
    assert [file for file in written if fake_hub.GOOD.encode() in file.read_bytes()] == []
    assert fake_hub.GOOD not in caplog.text


def test_file_that_is_gone_from_the_hub_is_told(catalog: Catalog, fake_hub: Any) -> None:
    fake_hub.files.clear()

    with pytest.raises(DownloadFailed, match=r"has no file tiny\.safetensors any more"):
        _fetch(catalog)


def test_hub_that_cannot_be_reached_is_told(catalog: Catalog, fake_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    with pytest.raises(DownloadFailed, match=r"Hugging Face cannot be reached .* Check the network"):
        _fetch(catalog)


def test_missing_certificates_are_told_as_such(
    catalog: Catalog, fake_hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))

    with pytest.raises(DownloadFailed, match=r"No connection to Hugging Face .* the variables SSL_CERT_FILE"):
        _fetch(catalog)


def test_disk_with_too_little_room_is_told_before_anything_is_fetched(
    catalog: Catalog, fake_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(catalog.folder.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=SPARE_BYTES))

    with pytest.raises(DownloadFailed, match=r"Tiny needs 0\.3 GB more on the disk .* and 0\.3 GB are free"):
        _fetch(catalog)

    assert [method for method, _, _ in fake_hub.requests] == ["HEAD"]


def test_folder_that_cannot_be_written_is_told(catalog: Catalog, fake_hub: Any) -> None:
    catalog.folder.write_text("a file where the folder should be")

    with pytest.raises(DownloadFailed, match="cannot be written"):
        _fetch(catalog)


def test_one_file_is_not_downloaded_twice_at_the_same_time(catalog: Catalog, fake_hub: Any) -> None:
    def start_another(done: int, total: int) -> None:
        if done:
            _fetch(catalog)

    with pytest.raises(DownloadFailed, match="being downloaded already"):
        _fetch(catalog, progress=start_another)
