"""Tells from a file's first bytes what it is: a container of weights, or what people mistake for one."""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 4096
"""How much of a file is looked at."""

_HEADER_LENGTH_BYTES: Final = 8  # of safetensors
_ZIP_MAGIC: Final = b"PK\x03\x04"
_PICKLE_MAGIC: Final = b"\x80"


def is_archive(head: bytes) -> bool:
    """Whether a file that begins like this is an archive, as `torch.save` writes them."""
    return head.startswith(_ZIP_MAGIC)


def is_safetensors(head: bytes) -> bool:
    """Whether a file that begins like this has the header of safetensors."""
    return head[_HEADER_LENGTH_BYTES : _HEADER_LENGTH_BYTES + 1] == b"{"


def describe_foreign(head: bytes) -> str:
    """Say what a file is that begins like this and is no weights, and what to do; goes on from its name."""
    if not head:
        return "is empty; download it again."
    if head.startswith(_PICKLE_MAGIC):
        return (
            "is a pickle as old versions of PyTorch wrote them, which is not read here; "
            "choose the original sam3.pt or model.safetensors."
        )
    text = head.decode("utf-8", "ignore").strip()
    if not text.isprintable() and not all(character.isprintable() or character.isspace() for character in text):
        return "is not a weights file; choose sam3.pt or model.safetensors."
    if text.startswith("<"):
        return (
            "is a web page, not weights: the download was answered with it, most likely because the licence has not "
            "been accepted or nobody was signed in; download it again."
        )
    if text.startswith("version https://git-lfs"):
        return "only says where the weights are (Git LFS); fetch them with “git lfs pull”."
    return f"is a text, “{text[:40]}…”, not weights; choose sam3.pt or model.safetensors."
