"""The `stance` command: the pipeline's stages, one-shot commands, and those for people who code.

Data goes to files or stdout, talk to stderr.
"""

from typing import Annotated

import typer

from stance import __version__, coding, fieldwork, oneshot, stages
from stance.console import app

__all__ = ["app", "coding", "fieldwork", "oneshot", "stages"]


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """What the United States and Russia warn of, promise and demand."""
    if show:
        typer.echo(__version__)
