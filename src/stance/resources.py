"""Where the data files that belong to the package are: inside an installed wheel, or in the checkout's `data/`."""

from pathlib import Path

from stance.errors import refuse

PACKAGED = Path(__file__).parent / "resources"
CHECKOUT = Path(__file__).parents[2] / "data"


def resource(name: str) -> Path:
    """Path of the packaged file or folder `name`, such as `codebook/actors.yaml`.

    Raises StanceError when neither the wheel nor the checkout holds it.
    """
    for root in (PACKAGED, CHECKOUT):
        if (root / name).exists():
            return root / name
    raise refuse(f"package data {name!r} is missing", "an installed wheel or a full checkout", "reinstall stance")
