"""The pages of a TIFF file as it lists them: each a directory of tags with their values."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, BinaryIO, Final

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANES = 273, 274, 277, 278, 279, 284
PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 317, 322, 323, 324, 325
KIND_OF_PAGE, EXTRA_SAMPLES, SAMPLE_FORMAT, GDAL_NO_DATA = 254, 338, 339, 42113

LONG, LARGE = 4, 16
"""Kinds of values by TIFF's numbers: whole numbers of 32 and of 64 bits."""

# The bytes of a value of each kind, and how those that we have a use for are unpacked: texts as one `bytes`.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_UNPACKED: Final = {1: "B", 2: "s", 3: "H", LONG: "I", LARGE: "Q"}
_MOST_TAGS: Final = 4096


@dataclass(frozen=True, slots=True)
class Tag:
    """The values of one tag: `number` of a `kind`, as the `data` that the file has."""

    kind: int
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one page, by number; `order` of bytes is `<` or `>`; `is_large`: offsets have 64 bits."""

    order: str
    is_large: bool
    tags: dict[int, Tag]

    def __contains__(self, tag: int) -> bool:
        return tag in self.tags

    def values(self, tag: int, default: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """Give the values of a tag, of a text one `bytes`; `default` if it is not there or of no use here."""
        found = self.tags.get(tag)
        if found is None or found.kind not in _UNPACKED:
            return default
        return struct.unpack(f"{self.order}{found.number}{_UNPACKED[found.kind]}", found.data)

    def value(self, tag: int, default: int = 0) -> int:
        """Give the first value of a tag, a whole number."""
        values = self.values(tag)
        return int(values[0]) if values else default


def read_directories(file: BinaryIO, used: Collection[int] | None = None) -> Iterator[Directory]:
    """Read the directories of a TIFF file, page by page; nothing if the file is none.

    Only the tags that are `used`, None for all. Tags that are broken are left out, and pages that are end the list.
    """
    file.seek(0)
    header = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2], "")
    if not order or len(header) < 16:
        return
    version = struct.unpack_from(f"{order}H", header, 2)[0]
    kinds = {42: ("I", "H"), 43: ("Q", "Q")}.get(version)
    if kinds is None:
        return
    offset, count = struct.Struct(order + kinds[0]), struct.Struct(order + kinds[1])
    entry = struct.Struct(f"{order}HH{kinds[0]}{offset.size}s")
    (start,) = offset.unpack_from(header, offset.size)
    seen = set[int]()
    while start and start not in seen:
        seen.add(start)
        file.seek(start)
        listed = file.read(count.size)
        if len(listed) < count.size:
            return
        size = entry.size * min(count.unpack(listed)[0], _MOST_TAGS)
        listed = file.read(size + offset.size)
        tags = {}
        for tag, kind, number, value in entry.iter_unpack(listed[: min(size, len(listed) // entry.size * entry.size)]):
            if (used is None or tag in used) and kind in _SIZES:
                data = _data(file, number * _SIZES[kind], value, offset)
                if data is not None:
                    tags[tag] = Tag(kind, number, data)
        yield Directory(order, version == 43, tags)
        start = offset.unpack_from(listed, size)[0] if len(listed) == size + offset.size else 0


def _data(file: BinaryIO, size: int, value: bytes, offset: struct.Struct) -> bytes | None:
    """Give the bytes of a tag: they stand in its place where they have room, else that says where."""
    if size <= len(value):
        return value[:size]
    file.seek(offset.unpack(value)[0])
    data = file.read(size)
    return data if len(data) == size else None


def places_of_pieces(directory: Directory) -> tuple[int, int]:
    """Say which tags tell where the strips or tiles of a page are, and how long."""
    is_tiled = TILE_WIDTH in directory
    return (TILE_OFFSETS, TILE_BYTES) if is_tiled else (STRIP_OFFSETS, STRIP_BYTES)


def read_pieces(file: BinaryIO, directory: Directory, start: int = 0, count: int | None = None) -> list[bytes]:
    """Read `count` strips or tiles of a page from the place `start` on, packed as they are; None for all."""
    offsets, sizes = (directory.values(tag)[start:] for tag in places_of_pieces(directory))
    pieces = []
    for offset, size in list(zip(offsets, sizes, strict=True))[:count]:
        file.seek(offset)
        pieces.append(file.read(size))
    return pieces


def tiff_of(directory: Directory, pieces: Collection[bytes]) -> bytes:
    """Put together a TIFF file of one page: its tags, and strips or tiles as they are.

    The tags that say where these are, and how long, are set here; those of tiles if there is `TILE_WIDTH`.
    """
    order, kind = directory.order, LARGE if directory.is_large else LONG
    word = "Q" if directory.is_large else "I"
    where, long = places_of_pieces(directory)
    count = len(pieces)
    blank = Tag(kind, count, bytes(count * _SIZES[kind]))
    tags = dict(sorted({**directory.tags, where: blank, long: blank}.items()))
    room = _SIZES[kind]
    header_size, entry_size = (16, 20) if directory.is_large else (8, 12)
    lists_at = header_size + (8 if directory.is_large else 2) + entry_size * len(tags) + room
    data_at = lists_at + sum(len(tag.data) + len(tag.data) % 2 for tag in tags.values() if len(tag.data) > room)
    sizes = [len(piece) for piece in pieces]
    offsets = [data_at + before for before in accumulate(sizes[:-1], initial=0)]
    tags[where] = Tag(kind, count, struct.pack(f"{order}{count}{word}", *offsets))
    tags[long] = Tag(kind, count, struct.pack(f"{order}{count}{word}", *sizes))
    listed, lists = [], bytearray()
    for number, tag in tags.items():
        value = tag.data.ljust(room, b"\0")
        if len(tag.data) > room:
            value = struct.pack(f"{order}{word}", lists_at + len(lists))
            lists += tag.data + bytes(len(tag.data) % 2)
        listed.append(struct.pack(f"{order}HH{word}{room}s", number, tag.kind, tag.number, value))
    mark = b"II" if order == "<" else b"MM"
    if directory.is_large:
        head = struct.pack(f"{order}2sHHHQQ", mark, 43, 8, 0, 16, len(tags))
    else:
        head = struct.pack(f"{order}2sHIH", mark, 42, 8, len(tags))
    return b"".join((head, *listed, bytes(room), lists, *pieces))
