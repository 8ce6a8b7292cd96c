"""The checkpoints that the program knows of: where they are published, how large they are, what their licence asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Licence:
    """Under what terms a model may be used: `demands` says in a sentence what the licence asks of its user."""

    name: str
    owner: str
    demands: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A published checkpoint.

    Access to it is given to an account that asked for it. `size` is in bytes, exact where `sha256` is known ("" means
    that the publisher's is taken at the download).
    """

    name: str
    title: str
    about: str
    repository: str
    file: str
    size: int
    licence: Licence
    sha256: str = ""

    @property
    def page(self) -> str:
        """The address of the model's page, where access is asked for and the licence accepted."""
        return f"https://huggingface.co/{self.repository}"


SAM_LICENCE: Final = Licence(
    name="SAM License",
    owner="Meta",
    demands=(
        "Use is free of charge, also commercially; you pass the licence on with the weights and with what you derive "
        "from them, name SAM in publications, obey export and privacy law, and use it neither for weapons, military, "
        "nuclear or espionage purposes nor for reverse engineering."
    ),
)

KNOWN: Final = (
    KnownModel(
        name="sam3",
        title="SAM 3",
        about="Clicks, boxes, examples and phrases; the official file of Meta",
        repository="facebook/sam3",
        file="sam3.pt",
        size=3_450_062_241,
        licence=SAM_LICENCE,
        sha256="9999e2341ceef5e136daa386eecb55cb414446a00ac2b55eb2dfd2f7c3cf8c9e",
    ),
    KnownModel(
        name="sam3-safetensors",
        title="SAM 3 (safetensors)",
        about="The same weights in the layout of Hugging Face",
        repository="facebook/sam3",
        file="model.safetensors",
        size=3_440_000_000,
        licence=SAM_LICENCE,
    ),
    KnownModel(
        name="sam3.1",
        title="SAM 3.1",
        about="The later release, whose file is known here from descriptions only",
        repository="facebook/sam3.1",
        file="sam3.1_multiplex.pt",
        size=3_500_000_000,
        licence=SAM_LICENCE,
    ),
)
