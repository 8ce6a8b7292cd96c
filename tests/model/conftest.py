"""A graphics card on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.paper_card import PaperCard


@pytest.fixture
def paper_card() -> PaperCard:
    """Give a new card, `paper_card.record`, that counts its `recordings`."""
    from tests.paper_card import PaperCard

    return PaperCard()
