"""Talks to the Hugging Face Hub: what a file is like there, and its bytes; says in sentences what is refused."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sam3_annotator.model.catalog.known import KnownModel
from sam3_annotator.model.errors import AccessDenied, DownloadFailed, ModelError

# The client reads this when it is imported: nothing is told to the hub but which file is wanted, and by whose token.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

TIMEOUT_S: Final = 10.0
TOKENS_PAGE: Final = "https://huggingface.co/settings/tokens"
Headers = dict[str, str]
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One version of a file on the hub: its address, size in bytes, and the tag that no other version has."""

    url: str
    size: int
    tag: str

    @property
    def sha256(self) -> str:
        """The hash of its bytes; empty if the hub does not tell."""
        return self.tag if _SHA256.fullmatch(self.tag) else ""


class Interrupted(Exception):  # noqa: N818 - not an error yet: one may try again
    """The connection broke, or the hub was busy; `str()` says how."""


class CannotResume(Exception):  # noqa: N818 - reads as the claim it makes
    """The server gives the file from its beginning only."""


def find_file(model: KnownModel, token: str | None) -> PublishedFile:
    """Ask the hub for the newest version of a model's file.

    `token` is the user's; None takes the one of the environment or of the user's log-in to the hub, if there is any.
    Raises `AccessDenied`, `DownloadFailed` or `Interrupted`.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url  # takes a moment to import

    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise _unauthorised(model, has_token=True)
    endpoint = os.environ.get("HF_ENDPOINT") or None
    url = hf_hub_url(model.repository, model.file, endpoint=endpoint)
    with _in_words(model, token):
        found = get_hf_file_metadata(url, headers=_headers(token), timeout=TIMEOUT_S, endpoint=endpoint)
    if not found.size or not found.etag:
        raise DownloadFailed(
            f"{url} does not say how large {model.file} is, so it is no usable source of {model.title}."
        )
    # The version is named in the address: what goes on later must be of the same one.
    pinned = hf_hub_url(model.repository, model.file, revision=found.commit_hash, endpoint=endpoint)
    return PublishedFile(pinned, found.size, found.etag.lower())


def read_bytes(model: KnownModel, file: PublishedFile, start: int, token: str | None) -> Generator[bytes]:
    """Give the bytes of a file from `start` on, as they arrive; raises as `find_file`, or `CannotResume`."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined] # documented, not declared

    headers = {**_headers(token), "Range": f"bytes={start}-", "Accept-Encoding": "identity"}
    with (
        _in_words(model, token),
        # To another host, where the bytes may lie, the client sends no token on.
        get_session().stream("GET", file.url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True) as response,
    ):
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        if start and response.status_code != 206:
            raise CannotResume
        yield from response.iter_raw()


def has_own_token() -> bool:
    """Whether the environment or a log-in to the hub gives a token."""
    from huggingface_hub import get_token

    return get_token() is not None


def _headers(token: str | None) -> Headers:
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    from sam3_annotator import __version__

    headers: Headers = build_hf_headers(token=token, library_name="sam3-annotator", library_version=__version__)
    return headers


@contextmanager
def _in_words(model: KnownModel, token: str | None) -> Iterator[None]:
    """Turn what the hub's client raises into what this package raises."""
    from huggingface_hub import errors

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _refusal(model, error, token is not None or has_own_token()) from error
    except errors.OfflineModeIsEnabled as error:
        raise DownloadFailed(
            f"The Hugging Face client is set to work offline (HF_HUB_OFFLINE); unset that to fetch {model.title}."
        ) from error
    except FileNotFoundError as error:
        raise DownloadFailed(
            f"No connection to Hugging Face can be made ({error.strerror}); see whether the files with certificates "
            "are there that the variables SSL_CERT_FILE and SSL_CERT_DIR name, or unset these."
        ) from error
    except errors.HTTPError as error:  # type: ignore[attr-defined] # of whichever client is below
        raise Interrupted(str(error) or type(error).__name__) from error


def _refusal(model: KnownModel, error: Exception, has_token: bool) -> ModelError | Interrupted:
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError

    assert isinstance(error, HfHubHTTPError)
    status = error.response.status_code
    if status == 403 or isinstance(error, GatedRepoError):
        return _gated(model, has_token)
    if status == 401:
        return _unauthorised(model, has_token)
    if status == 404:
        return DownloadFailed(
            f"{model.repository} on Hugging Face has no file {model.file} any more; "
            f"look on {model.page} for what it is called now, and add the file by hand."
        )
    if status == 416:
        return Interrupted("the server does not know that part of the file")
    if status in (408, 429) or status >= 500:
        return Interrupted(f"the server is busy, HTTP {status}")
    return DownloadFailed(f"Hugging Face refused {model.file} (HTTP {status}); see {model.page}.")


def _gated(model: KnownModel, has_token: bool) -> AccessDenied:
    if not has_token:
        return _unauthorised(model, has_token)
    return AccessDenied(
        f"Your account may not fetch {model.title} yet. Ask for access on {model.page}, where you accept the "
        f"{model.licence.name}; the answer comes by e-mail. If you have access already, the token must be allowed to "
        f"read gated repositories: {TOKENS_PAGE}",
        model.page,
    )


def _unauthorised(model: KnownModel, has_token: bool) -> AccessDenied:
    if has_token:
        return AccessDenied(
            f"Hugging Face does not know this access token, or no longer. Make a new one at {TOKENS_PAGE} "
            "and give that.",
            model.page,
        )
    return AccessDenied(
        f"{model.title} is given to accounts that asked for it. Ask for access on {model.page}, where you accept the "
        f"{model.licence.name}; then make an access token at {TOKENS_PAGE} and give it here.",
        model.page,
    )
