"""Write the measured numbers into README.md and docs/, between their markers, from the files under reports/.

    python scripts/update_docs.py

A test runs it and fails when a document differs from what the reports say.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from stance import files
from stance.codebook import ACTS, COMPARED, SIDE_NAMES

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "reports"


def _json(path: str) -> Any:
    return json.loads((REPORTS / path).read_text(encoding="utf-8"))


def _cell(row: pd.Series) -> str:
    return f"{row['value']:.2f} ({row['low']:.2f}–{row['high']:.2f})"


def scores() -> str:
    """F1 of the chosen act model and of the keyword rules: cross-validation, test, real statements."""
    ours = files.read_scores(REPORTS / "evaluate" / "scores.csv")
    ours = ours[(ours["target"] == "act") & (ours["scope"] == "all")]
    real = files.read_scores(REPORTS / "benchmarks" / "classify.csv")
    chosen = _json("metrics/evaluate.json")["model"]["act"]
    lines = [
        "| 95 % intervals in brackets | authored, cross-validation | authored, test | real statements |",
        "| --- | --- | --- | --- |",
    ]
    for name in (chosen, "rules", "dummy"):
        for metric in ["macro_f1", *(f"f1_{act}" for act in ACTS)] if name == chosen else ["macro_f1"]:
            cells = []
            for frame in (
                ours[ours["part"] == "cross-validation"],
                ours[ours["part"] == "test"],
                real[real["scope"] == "all"],
            ):
                found = frame[(frame["model"] == name) & (frame["metric"] == metric)].iloc[0]
                cells.append(_cell(found))
            what = "macro-F1" if metric == "macro_f1" else f"F1 {metric[3:]}"
            lines.append(f"| {name.replace('_', ' ')}: {what} | {' | '.join(cells)} |")
    sizes = [
        int(frame["n"].max())
        for frame in (
            ours[ours["part"] == "cross-validation"],
            ours[ours["part"] == "test"],
            real[real["scope"] == "all"],
        )
    ]
    lines.append(f"| statements | {' | '.join(map(str, sizes))} |")
    sides = real[(real["model"] == chosen) & (real["metric"] == "macro_f1") & (real["scope"] != "all")].set_index("scope")
    per_side = ", ".join(f"{SIDE_NAMES[side]} {_cell(sides.loc[side])}" for side in sides.index)
    return "\n".join([*lines, "", f"Macro-F1 on real statements by side: {per_side}."])


def agreement() -> str:
    """Krippendorff's alpha of the two coders."""
    found = _json("metrics/label.json")["agreement"]
    lines = ["| Krippendorff's α (95 % interval) | authored statements | seed article |", "| --- | --- | --- |"]
    for part in ["overall", *ACTS, *COMPARED]:
        cells = []
        for name in ("authored", "codes"):
            value = found[name]["alpha"][part] if found[name]["n"] else None
            cells.append("–" if not value or value["value"] is None else f"{value['value']:.2f} ({value['low']:.2f}–{value['high']:.2f})")
        lines.append(f"| {SIDE_NAMES[part] if part in COMPARED else part} | {' | '.join(cells)} |")
    sizes = [f"{found[name]['n']}, {found[name].get('disagreements', 0)}" for name in ("authored", "codes")]
    lines.append(f"| statements, disagreements | {' | '.join(sizes)} |")
    return "\n".join(lines)


def extraction() -> str:
    """Scores of the chain on marked articles."""
    found = _json("benchmarks/attribution.json")["chain"]
    rows = [
        ("statements found, F1", "f1"),
        ("precision", "precision"),
        ("recall", "recall"),
        ("side right, of those found", "side"),
        ("act right, of US and Russian ones found", "act"),
    ]
    return "\n".join(
        [
            "| measure | value |",
            "| --- | --- |",
            *(f"| {name} | {found[key]:.2f} |" for name, key in rows),
            f"| marked statements | {found['gold']} |",
        ]
    )


PEERS = {
    "stance": "stance",
    "citron-retrained": "Citron, retrained on PolNeAR",
    "citron-parc-hybrid": "Citron, as published",
    "gender-gap-tracker": "Gender Gap Tracker",
    "textacy": "textacy",
    "guardian-afp": "Guardian/AFP model",
}


def attribution() -> str:
    """F1 on the dev texts of PolNeAR beside public tools."""
    found = _json("benchmarks/attribution.json")["polnear_dev"]
    lines = [
        "| F1, % (95 % interval over texts) | attribution | full | full: direct | mixed | indirect | speech only, full | source right |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key, name in PEERS.items():
        row = found[key]
        ranged = [f"{100 * row[m]:.1f} ({'–'.join(f'{100 * end:.1f}' for end in row['interval'][m])})" for m in ("attribution", "full")]
        plain = [f"{100 * row[m]:.1f}" for m in ("direct", "mixed", "indirect", "speech_full", "source")]
        lines.append(f"| {name} | {' | '.join(ranged + plain)} |")
    return "\n".join(lines)


def example() -> str:
    """What `stance analyze seeds` prints, as recorded in reports/example.txt."""
    return "```\n" + (REPORTS / "example.txt").read_text(encoding="utf-8").rstrip() + "\n```"


BLOCKS = {
    "README.md": {"example": example, "attribution": attribution, "scores": scores},
    "docs/attribution-card.md": {"attribution": attribution, "chain": extraction},
    "docs/model-card.md": {"agreement": agreement, "scores": scores},
}


def updated(name: str) -> str:
    """The document `name` with its blocks written anew."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for block, write in BLOCKS[name].items():
        text = re.sub(
            rf"(<!-- {block} -->\n).*?(<!-- /{block} -->)",
            lambda match, write=write: f"{match[1]}{write()}\n{match[2]}",
            text,
            flags=re.S,
        )
    return text


def main() -> None:
    for name in BLOCKS:
        files.write_text(updated(name), ROOT / name)


if __name__ == "__main__":
    main()
