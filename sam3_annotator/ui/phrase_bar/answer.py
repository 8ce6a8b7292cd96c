"""What the phrase bar says about the answer to what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.sizes import bind_font


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The words, the same in brief for where there is little room, and what helps; `tone` is one of labels."""

    text: str
    brief: str
    tip: str = ""
    tone: str = ""


def answer_words(proposals: Proposals) -> AnswerWords:
    """Say how many were found, or why that is not known (yet)."""
    count = len(proposals.open)
    if proposals.has_failed:
        is_propagated = proposals.propagated_from is not None
        remedy = "The message above the image says why." if is_propagated else "Enter in the field asks again."
        return AnswerWords("No answer", "", f"The model could not answer. {remedy}", "danger")
    if not proposals.says_what:
        return AnswerWords("Show what to find", "", "There are only examples of what not to find.", "dim")
    if not proposals.is_current:
        return AnswerWords("Finding…", "", tone="dim")
    if count:
        return AnswerWords(f"{count:,} found", f"{count:,}", "Neither accepted nor rejected yet")
    if proposals.found:
        return AnswerWords("None left", "0", "All that was found is labelled or rejected.", "dim")
    if proposals.propagated_from is not None:
        tip = "Lower the threshold." if proposals.answer else "The objects of the image before are not seen here."
        return AnswerWords("None found", "0", tip, "dim")
    return AnswerWords("None found", "0", "Lower the threshold, or show an example.", "dim")


class AnswerLabel(QLabel):
    """Shows the words at its right end, in digits of one width."""

    def __init__(self) -> None:
        super().__init__()
        bind_font(self, "number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_words(self, words: AnswerWords, *, in_brief: bool) -> None:
        """Show them."""
        self.setText(words.brief if in_brief else words.text)
        self.setAccessibleName(words.text)
        self.setToolTip(words.tip)
        if self.property("tone") != words.tone:
            self.setProperty("tone", words.tone)
            self.style().unpolish(self)
            self.style().polish(self)
