"""What the actions depend on, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.ui.canvas.polygon_drawing import MIN_VERTICES


@dataclass(frozen=True, slots=True)
class ActionState:
    """The situation of the window that decides which actions are enabled and what they mean."""

    # The image, and its neighbours in the list.
    has_image: bool = False
    is_unreadable: bool = False  # it cannot be shown
    is_left_out: bool = False  # it is no part of the dataset
    is_finished: bool = False  # it is done, reviewed or confirmed as empty
    has_previous_image: bool = False
    has_next_image: bool = False
    has_unfinished_image: bool = False

    # How the image is shown.
    has_light: bool = False  # with another brightness or contrast
    shows_original: bool = False  # without it, for now
    is_looking_closer: bool = False  # the model sees only a part of the image
    is_previewing: bool = False  # the points tool shows what a click would outline

    # The tool in the hand.
    tool: str = "points"  # `select`, `points`, `box`, `exemplar`, `polygon` or `brush`
    brush_radius: int = 1  # in image pixels

    # What is being made.
    has_draft: bool = False
    lacks_object: bool = False  # the draft only says what does not belong to it
    lacks_prompt: bool = False  # the draft still is the instance to be corrected, as that was
    candidate_count: int = 0  # of the draft
    drawn_vertices: int = 0  # of the polygon being drawn; 0 where none is, or another tool is in the hand
    has_strokes_waiting: bool = False  # the brush is in the hand, and what was painted waits for its category

    # What is looked for.
    has_concept: bool = False  # something is looked for, or was found
    is_looking: bool = False  # the answer is still to come
    proposal_count: int = 0  # neither accepted nor rejected
    rejection_count: int = 0  # rejected last of all, so that undo takes that back

    # The instances of the image.
    instance_count: int = 0
    hidden_count: int = 0
    selection_count: int = 0
    is_deciding: bool = False  # a finding says that the selected one and another may be one object: Tab leads to that
    is_comparing: bool = False  # what the model draws is shown beside the selected one

    # Categories.
    category_count: int = 0
    category_name: str = ""  # of the current one; "" for none
    # The one that Enter gives in its place: of the instance being corrected, or of the focused proposal; "" for none.
    own_category: str = ""

    # What undo and redo would do.
    dropped: str = ""  # what undo brings back, in words; "" for nothing
    taken_back: str = ""  # what redo puts back, in words; "" for nothing
    undo_label: str | None = None  # the name of the step that is undone; None for none
    redo_label: str | None = None  # the name of the step that is done again; None for none

    # The rest of the window.
    is_read_only: bool = False
    finding_count: int = 0  # that are listed
    is_at_finding: bool = False  # one of them is chosen, and its image is shown
    is_finding_of_file: bool = False  # it says that a file is missing or spoilt, which is nothing to be called fine
    is_finding_of_leftovers: bool = False  # it tells of specks or pinholes, which one key removes
    is_finding_of_box: bool = False  # it tells of a box that the model could outline
    is_finding_dismissed: bool = False
    has_copies: bool = False  # the clipboard holds instances
    typing_for: str = ""  # where the keyboard is: `attribute`, `note` or `category` for their field; "" elsewhere

    @property
    def visible_count(self) -> int:
        """How many instances are not hidden."""
        return self.instance_count - self.hidden_count

    @property
    def can_accept_all(self) -> bool:
        """Proposals are open, and nothing is being made by prompts or by hand."""
        return self.proposal_count > 0 and not self.is_making

    @property
    def is_choosing(self) -> bool:
        """The keys are about the focused proposal: no instance is selected, which the user would be looking at."""
        return self.can_accept_all and not self.selection_count

    @property
    def is_drawing(self) -> bool:
        """The keys are about the polygon being drawn, whatever else there is."""
        return self.drawn_vertices > 0

    @property
    def can_close(self) -> bool:
        """The polygon has vertices enough to be closed."""
        return self.drawn_vertices >= MIN_VERTICES

    @property
    def is_making(self) -> bool:
        """A draft or a polygon is open: what is there already is not what the keys are about."""
        return self.has_draft or self.is_drawing

    @property
    def is_painting(self) -> bool:
        """The keys are about strokes that wait for their category: no draft is open, and no instance selected."""
        return self.has_strokes_waiting and not self.is_making and not self.selection_count

    @property
    def is_unfinished(self) -> bool:
        """What is being made is not in the project yet."""
        return self.is_making or self.is_painting

    @property
    def has_something_open(self) -> bool:
        """Something on the image is being made, found or selected: what is done next is about that."""
        return self.is_unfinished or self.proposal_count > 0 or self.selection_count > 0

    @property
    def can_write(self) -> bool:
        """An image is shown and the project takes changes."""
        return self.has_image and not self.is_read_only
