"""Round trip of coding tasks through a real Label Studio server of its own, on this machine only.

    python scripts/label_studio.py FOLDER [--out export.json] [--env FOLDER]

FOLDER holds tasks.json and label_config.xml as `stance sample` writes them, and anna.csv and ben.csv with the columns statement_id, act,
secondary, issue and stance. The server is installed in a virtual environment of its own; two users annotate over the HTTP API, each from
the file of that name: a row without an act is skipped, as with the button Skip, and a statement without a row is left alone. The export
is written as the server gives it.
"""

import argparse
import contextlib
import csv
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERSION = "1.23.2"
CODERS = ("anna", "ben")
CODES = ("act", "secondary", "issue", "stance")
HOST = "127.0.0.1"
PATIENCE = 300  # seconds the server may take to answer
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy of the environment
QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
}


def installed(folder: Path) -> Path:
    """The label-studio command of the virtual environment in `folder`, which is made when it is not there."""
    scripts = folder.absolute() / ("Scripts" if os.name == "nt" else "bin")
    if not shutil.which("label-studio", path=scripts):
        started = time.monotonic()
        venv.create(folder, with_pip=True)
        subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", f"label-studio=={VERSION}"], check=True)
        sys.stdout.write(f"label-studio {VERSION} installed in {time.monotonic() - started:.0f} s\n")
    return scripts / "label-studio"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


class Server:
    """A Label Studio server with its data in `data`; `users` gives a token for the e-mail of each user."""

    def __init__(self, command: Path, data: Path, users: dict[str, str]) -> None:
        self.command, self.data, self.users, self.port = command, data, users, free_port()
        self.environment = os.environ | QUIET | {"LABEL_STUDIO_BASE_DATA_DIR": str(data)}

    def add_users(self) -> None:
        """The first makes the organisation; the next join it."""
        for email, token in self.users.items():
            options = ["--username", email, "--password", secrets.token_hex(20), "--user-token", token, "--enable-legacy-api-token"]
            if self._started("init", options).wait(PATIENCE):
                raise SystemExit(f"{email} could not be added:\n{self._log()}")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Runs until the block ends."""
        process = self._started("start", ["--no-browser", "--internal-host", HOST, "--port", str(self.port)])
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _started(self, what: str, options: list[str]) -> subprocess.Popen[bytes]:
        with (self.data / "server.log").open("ab") as log:
            return subprocess.Popen([self.command, what, *options], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _log(self) -> str:
        return (self.data / "server.log").read_text(encoding="utf-8", errors="replace")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError):
                DIRECT.open(f"http://{HOST}:{self.port}/health", timeout=5).close()
                return
            time.sleep(1)
        raise SystemExit(f"Label Studio does not answer:\n{self._log()}")

    def ask(self, path: str, email: str, body: Any = None) -> bytes:
        """What the server answers to `email`: a GET, or a POST of `body` as JSON."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.users[email]}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{HOST}:{self.port}/api/{path}", data=content, headers=headers)
        try:
            with DIRECT.open(request, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path}: {error.code} {error.read().decode(errors='replace')}") from error


def result(row: dict[str, str]) -> list[dict[str, Any]]:
    """The codes of one row in the form in which the labelling page sends them."""
    parts = {"to_name": "statement", "type": "choices", "origin": "manual"}
    return [parts | {"id": secrets.token_hex(5), "from_name": code, "value": {"choices": [row[code]]}} for code in CODES if row[code]]


def annotate(server: Server, tasks: dict[str, int], folder: Path) -> int:
    """Every row of each coder's file as an annotation of the task of its statement; how many there are."""
    made = 0
    for email in server.users:
        with (folder / f"{email.partition('@')[0]}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            body = {"result": result(row), "was_cancelled": not row["act"], "lead_time": 1.0}
            server.ask(f"tasks/{tasks[row['statement_id']]}/annotations/", email, body)
        made += len(rows)
    return made


def round_trip(server: Server, folder: Path) -> bytes:
    """The tasks of `folder` imported and annotated, and their export."""
    first = next(iter(server.users))
    config = (folder / "label_config.xml").read_text(encoding="utf-8")
    settings = {"title": "stance", "label_config": config, "maximum_annotations": len(server.users)}
    project = json.loads(server.ask("projects/", first, settings))["id"]
    server.ask(f"projects/{project}/import", first, json.loads((folder / "tasks.json").read_text(encoding="utf-8")))
    empty = json.loads(server.ask(f"projects/{project}/export?exportType=JSON&download_all_tasks=true", first))
    tasks = {task["data"]["statement_id"]: task["id"] for task in empty}
    made = annotate(server, tasks, folder)
    sys.stdout.write(f"{len(tasks)} tasks and {made} annotations on port {server.port}\n")
    return server.ask(f"projects/{project}/export?exportType=JSON", first)


def main() -> None:
    parser = argparse.ArgumentParser(description="Coding tasks through a Label Studio server of its own.")
    parser.add_argument("folder", type=Path, help="tasks.json, label_config.xml, anna.csv and ben.csv")
    parser.add_argument("--out", type=Path, default=Path("export.json"), help="file for the export")
    parser.add_argument("--env", type=Path, help="folder of the virtual environment, kept and used again; else a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        data.mkdir()
        command = installed(options.env or Path(place) / "env")
        server = Server(command, data, {f"{name}@example.org": secrets.token_hex(20) for name in CODERS})
        server.add_users()
        with server.running():
            export = round_trip(server, options.folder)
    options.out.write_bytes(export)
    sys.stdout.write(f"{options.out}: {len(export)} bytes\n")


if __name__ == "__main__":
    main()
