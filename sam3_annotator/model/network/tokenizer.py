"""Turns phrases into token ids with CLIP's byte-pair encoding (Sennrich et al., 2016; Radford et al., 2021)."""

from __future__ import annotations

import gzip
import html
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import ftfy
import regex
import torch
from torch import Tensor

from sam3_annotator.paths import resources_dir

START, END, PADDING = 49406, 49407, 0

BYTES = 256
"""Ids 0-255 are bytes inside a word, 256-511 the same bytes at its end; from 512 on, one id per merge."""

FIRST_MERGE = 2 * BYTES

LONGEST_PIECE = 1000
"""Characters of a word that are read: no token has more than 32 bytes, so the context is full by then."""

# English contractions, runs of letters, single digits, runs of other marks. Start and end have no written form:
# whoever types "<end_of_text>" gets the tokens of brackets, words and underscores.
PIECES = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", regex.IGNORECASE)

Merges = dict[tuple[int, int], int]
"""Pairs of ids and the id of their union; the lower the id, the earlier the merge."""


class Tokenizer:
    """Encodes phrases as rows of `context_length` ids: start, the words' tokens, end, then padding."""

    def __init__(self, context_length: int = 32) -> None:
        self.context_length = context_length
        self._bytes, self._merges = _read_vocabulary()

    def __call__(self, phrases: Sequence[str]) -> Tensor:
        """Encode phrases as `(B, context_length)` int64; 0 is padding. What does not fit is left out."""
        ids = torch.full((len(phrases), self.context_length), PADDING)
        for row, phrase in zip(ids, phrases, strict=True):
            tokens = self.encode(phrase)
            row[: len(tokens)] = torch.tensor(tokens)
        return ids

    def encode(self, phrase: str) -> list[int]:
        """Give the ids of one phrase from start to end, without padding; at most `context_length`."""
        ids = [START]
        for piece in PIECES.finditer(clean(phrase)):
            ids += self._encode_piece(piece.group()[:LONGEST_PIECE])
            if len(ids) >= self.context_length:
                break
        return [*ids[: self.context_length - 1], END]

    def _encode_piece(self, piece: str) -> list[int]:
        ids = [self._bytes[byte] for byte in piece.encode()]
        ids[-1] += BYTES
        while len(ids) > 1:
            union = min(self._merges.get(pair, END) for pair in pairwise(ids))
            if union == END:
                break
            ids = self._merge(ids, union)
        return ids

    def _merge(self, ids: list[int], union: int) -> list[int]:
        """Put `union` wherever the two stand whose union it is, from left to right."""
        merged = ids[:1]
        for token in ids[1:]:
            if self._merges.get((merged[-1], token)) == union:
                merged[-1] = union
            else:
                merged.append(token)
        return merged


def clean(phrase: str) -> str:
    """Repair broken characters, resolve HTML entities, make white space single and letters small."""
    phrase = html.unescape(html.unescape(ftfy.fix_text(phrase)))
    return " ".join(phrase.split()).lower()


@cache
def _read_vocabulary() -> tuple[list[int], Merges]:
    """Read which id each byte has, and the merges."""
    symbols = _byte_symbols()
    ids = {symbol: index for index, symbol in enumerate([*symbols.values(), *(f"{s}</w>" for s in symbols.values())])}
    packed = (resources_dir() / "tokenizer" / "bpe_simple_vocab_16e6.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().split("\n")
    merges: Merges = {}
    for union, line in enumerate(lines[1 : 1 + START - FIRST_MERGE], FIRST_MERGE):  # line 0 is a comment
        first, second = line.split()
        merges[ids[first], ids[second]] = union
        ids[first + second] = union
    return [ids[symbols[byte]] for byte in range(BYTES)], merges


def _byte_symbols() -> dict[int, str]:
    """Give the character that stands for each byte in the vocabulary file, in the order of their ids."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(BYTES) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(BYTES + n) for n, byte in enumerate(others)}
