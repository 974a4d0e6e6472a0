"""Files read and ingested in one step, for the tests of both."""

from pathlib import Path

from stance.ingest import IngestResult, ingest
from stance.params import Ingest
from stance.readers import read_paths


def read(*paths: Path, **params: float) -> IngestResult:
    settings = Ingest(**params)  # type: ignore[arg-type]
    return ingest(read_paths(list(paths), params=settings), params=settings)


def reasons(result: IngestResult) -> dict[str, str]:
    """Source -> reason of what was set aside."""
    return dict(zip(result.set_aside["source"], result.set_aside["reason"], strict=True))
