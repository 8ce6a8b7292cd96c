"""What came of reading an export back, as values that are sentences."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.project.formats.comparing.differences import Difference, DifferenceKind
from sam3_annotator.project.formats.options import ExportReport
from sam3_annotator.project.words import counted


@dataclass(frozen=True, slots=True)
class Verification:
    """How an export compares with the project; `sentence` says it, `differences` say what is not as it should be.

    Counted are the `instances` that the format can hold: `found` were read back, `exact` of them to the pixel, others
    but for pixels whose centre the outline goes through (`but_for_outline`), which the decimals of a format decide.
    `form`, put after “read back”, is how they come back if not whole, `note` what training makes of them. `unlisted`
    differences are counted only.
    """

    images: int
    instances: int = 0
    found: int = 0
    exact: int = 0
    but_for_outline: int = 0
    form: str = ""
    differences: tuple[Difference, ...] = ()
    unlisted: int = 0
    note: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the export holds all that the format can hold, and nothing else."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """Say in one sentence what came of it."""
        words = self._found_words()
        if self.is_good:
            return f"{words}."
        if self.differences[0].kind is DifferenceKind.UNREADABLE:
            return "The export could not be read back."
        count = len(self.differences) + self.unlisted
        return f"The export differs from the project in {counted(count, 'place')}: {words}."

    @property
    def warnings(self) -> tuple[str, ...]:
        """The differences as sentences."""
        more = (f"{self.unlisted:,} more differences are not listed.",) if self.unlisted else ()
        return (*map(str, self.differences), *more)

    def _found_words(self) -> str:
        if not self.instances and not self.found:
            return f"{counted(self.images, 'image')} without instances read back"
        words = f"{self.found:,} of {counted(self.instances, 'instance')} read back{self.form}"
        if self.exact == self.instances:
            return f"{words}, {'all ' if self.instances > 1 else ''}to the pixel"
        words += f", {self.exact:,} to the pixel"
        return words + (
            f", {self.but_for_outline:,} but for pixels that the outline halves" * (self.but_for_outline > 0)
        )


@dataclass(frozen=True, slots=True)
class VerifiedExport:
    """What an export has written, and how that compares with the project; None if nobody compared to the end."""

    report: ExportReport
    verification: Verification | None
