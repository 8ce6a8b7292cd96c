"""Rename tables: which tensor of a file fills which part of which of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from torch import Tensor

View = Callable[[Tensor], Tensor]


class Operation(Enum):
    """How a tensor of a file becomes one of ours."""

    COPY = auto()  # as it is
    SPLIT = auto()  # its rows, in as many equal parts as our name has alternatives
    JOIN = auto()  # our rows are theirs one after the other, in the order of the alternatives in their name
    FLATTEN = auto()  # its leading axes of length one are dropped
    BELOW_CLASS_ROW = auto()  # ours begins with one row more, which is never read


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table.

    In both names `#` stands for a number and `*` for any text, in the same order. `{a,b}` are alternatives, at most
    once a name: if both names have them, the first goes with the first and so on; if only ours has, it is a `SPLIT`,
    if only theirs has, a `JOIN`.
    """

    theirs: str
    ours: str
    operation: Operation = Operation.COPY


@dataclass(frozen=True, slots=True)
class Piece:
    """`take` of the file's tensor `theirs` goes into `place` of our tensor `ours`, whose `part` of `parts` that is."""

    theirs: str
    ours: str
    take: View
    place: View
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row with one of its alternatives chosen."""

    pattern: re.Pattern[str]
    ours: str
    operation: Operation
    part: int
    parts: int


@dataclass(frozen=True)
class RenameTable:
    """The rows of one naming, of which the first that fits counts, and the names that nothing here needs.

    `concepts` and `clicks` are how the names begin of what only the one or the other half of the model has. A neck is
    not among it: by itself it answers nothing, and files of one half may have both.
    """

    rows: tuple[Row, ...]
    unneeded: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    clicks: tuple[str, ...] = ()

    def pieces_of(self, theirs: str) -> list[Piece]:
        """Say what a tensor of the file is good for: nothing if it is not needed.

        Raises `KeyError` for a name that the table does not know.
        """
        if any(pattern.fullmatch(theirs) for pattern in self._unneeded_patterns):
            return []
        for rule in self._rules:
            found = rule.pattern.fullmatch(theirs)
            if found:
                return list(_make_pieces(rule, theirs, found.groups()))
        raise KeyError(theirs)

    @cached_property
    def _unneeded_patterns(self) -> list[re.Pattern[str]]:
        return [_compile(name) for name in self.unneeded]

    @cached_property
    def _rules(self) -> list[_Rule]:
        return [rule for row in self.rows for rule in _rules_of(row)]


def _rules_of(row: Row) -> Iterator[_Rule]:
    theirs = _alternatives(row.theirs)
    ours = _alternatives(row.ours)
    if row.operation is Operation.JOIN:
        assert len(ours) == 1, row
        for part, name in enumerate(theirs):
            yield _Rule(_compile(name), row.ours, row.operation, part, len(theirs))
    elif row.operation is Operation.SPLIT:
        assert len(theirs) == 1, row
        yield _Rule(_compile(row.theirs), row.ours, row.operation, 0, 1)
    else:
        for name, our_name in zip(theirs, ours, strict=True):
            yield _Rule(_compile(name), our_name, row.operation, 0, 1)


def _make_pieces(rule: _Rule, theirs: str, wild: tuple[str, ...]) -> Iterator[Piece]:
    names = _alternatives(rule.ours)
    for index, name in enumerate(names):
        take, place = _views(rule, index, len(names))
        yield Piece(theirs, _fill_in(name, wild), take, place, rule.part, rule.parts)


def _views(rule: _Rule, index: int, count: int) -> tuple[View, View]:
    match rule.operation:
        case Operation.SPLIT:
            return _rows(index, count), _whole
        case Operation.JOIN:
            return _whole, _rows(rule.part, rule.parts)
        case Operation.FLATTEN:
            return _flat, _whole
        case Operation.BELOW_CLASS_ROW:
            return _whole, _below_first_row
        case Operation.COPY:
            return _whole, _whole


def _whole(tensor: Tensor) -> Tensor:
    return tensor


def _flat(tensor: Tensor) -> Tensor:
    return tensor.reshape(tensor.shape[-1:]) if tensor.shape.numel() == tensor.shape[-1] else tensor


def _below_first_row(table: Tensor) -> Tensor:
    return table[:, 1:]


def _rows(part: int, parts: int) -> View:
    def take(tensor: Tensor) -> Tensor:
        size = len(tensor) // parts
        # The last takes what does not divide, so that its shape shows it.
        return tensor[part * size : (part + 1) * size if part < parts - 1 else None]

    return take


def _alternatives(name: str) -> list[str]:
    """Write out `a.{b,c}.d` as `a.b.d`, `a.c.d`."""
    found = re.fullmatch(r"([^{]*)\{([^}]*)\}([^{]*)", name)
    if not found:
        return [name]
    return [f"{found[1]}{choice}{found[3]}" for choice in found[2].split(",")]


def _compile(name: str) -> re.Pattern[str]:
    escaped = re.escape(name)
    return re.compile(escaped.replace(r"\*", "(.+)").replace(r"\#", r"(\d+)"))


def _fill_in(name: str, wild: tuple[str, ...]) -> str:
    rest = iter(wild)
    return re.sub(r"[*#]", lambda _: next(rest), name)
