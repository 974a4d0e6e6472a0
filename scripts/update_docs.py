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
    if row["metric"] == "macro_f1_gap":
        return f"{row['value']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
    return f"{row['value']:.2f} ({row['low']:.2f}–{row['high']:.2f})"


def _scored() -> pd.DataFrame:
    """The scores of all models."""
    return files.read_scores(REPORTS / "evaluate" / "scores.csv")


def _gold() -> pd.DataFrame:
    """The scores on the gold statements."""
    return files.read_scores(REPORTS / "benchmarks" / "classify.csv")


def scores() -> str:
    """Scores of the act models: cross-validation, test, and the gold statements of another hand."""
    ours, gold = _scored(), _gold()
    ours = ours[ours["target"] == "act"]
    parts = [ours[ours["part"] == "cross-validation"], ours[ours["part"] == "test"], gold]
    chosen = _json("metrics/evaluate.json")["model"]

    def line(label: str, name: str, use: str, metric: str, scope: str = "all") -> str:
        found = [part[(part["scope"] == scope) & (part["metric"] == metric)].set_index("model") for part in parts]
        cells = [_cell(rows.loc[key]) if key in rows.index else "–" for rows, key in zip(found, (name, name, use), strict=True)]
        return f"| {label} | {' | '.join(cells)} |"

    lines = ["| 95 % intervals in brackets | cross-validation | test | gold |", "| --- | --- | --- | --- |"]
    name = chosen["best"]["act"]
    best = f"best ({name.replace('_', ' ')})"
    lines.append(line(f"{best}: macro-F1", name, "best", "macro_f1"))
    lines += [line(f"{best}: F1 {act}", name, "best", f"f1_{act}") for act in ACTS]
    lines.append(line(f"{best}: macro-F1, United States less Russia", name, "best", "macro_f1_gap"))
    lines.append(line(f"{best}: macro-F1, statements drawn at random alone", name, "best", "macro_f1", "random part"))
    lines.append(line(f"{best}: the same, United States less Russia", name, "best", "macro_f1_gap", "random part"))
    name = chosen["fast"]["act"]
    lines.append(line(f"fast ({name.replace('_', ' ')}): macro-F1", name, "fast", "macro_f1"))
    lines += [line(f"{name}: macro-F1", name, name, "macro_f1") for name in ("rules", "dummy")]
    sizes = [int(part["n"].max()) for part in parts]
    return "\n".join([*lines, f"| statements | {' | '.join(map(str, sizes))} |"])


def _plain(frame: pd.DataFrame, digits: int = 2) -> str:
    """A table as Markdown; empty cells for what is not known."""
    rows = [
        [f"{cell:.{digits}f}" if isinstance(cell, float) else str(cell) for cell in row] for row in frame.to_numpy(dtype=object).tolist()
    ]
    cells = [[("–" if cell == "nan" else cell) for cell in row] for row in rows]
    head = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + " --- |" * len(frame.columns)]
    return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in cells)])


def certainty() -> str:
    """Calibration error and prediction sets by side, on the test part and the gold statements."""
    error, sets = _json("metrics/evaluate.json")["calibration_error"], pd.read_csv(REPORTS / "evaluate" / "sets.csv").set_index("scope")
    gold = _gold()
    gold = gold[gold["model"] == "best"].pivot(index="scope", columns="metric", values="value")
    rows = [
        {
            "": {"all": "both sides"}.get(scope, SIDE_NAMES.get(scope, scope)),
            "calibration error, test": error[scope],
            "gold": gold.loc[scope, "calibration_error"],
            "90 % sets hold the act, test": sets.loc[scope, "coverage"],
            "gold ": gold.loc[scope, "set_coverage"],
            "acts in a set, test": sets.loc[scope, "size"],
            "gold  ": gold.loc[scope, "set_size"],
        }
        for scope in ("all", *COMPARED)
    ]
    return _plain(pd.DataFrame(rows))


def models() -> str:
    """Macro-F1 of every model and target in cross-validation and on the test part."""
    ours = _scored()
    ours = ours[(ours["scope"] == "all") & (ours["metric"] == "macro_f1")]
    table = ours.pivot(index="model", columns=["target", "part"], values="value")
    order = [(target, part) for target in ("act", "issue", "stance") for part in ("cross-validation", "test")]
    table = table[order].sort_values(("act", "cross-validation"), ascending=False)
    table.columns = pd.Index([f"{target}, {part}" for target, part in order])
    return _plain(table.reset_index())


def scopes() -> str:
    """Macro-F1 of the chosen act model by side, genre, source and in the random part, on the test part and in cross-validation; and that
    on gold by side."""
    ours = _scored()
    chosen = _json("metrics/evaluate.json")["model"]["best"]["act"]
    ours = ours[(ours["model"] == chosen) & (ours["target"] == "act") & (ours["part"] == "test") & (ours["scope"] != "all")]
    cells = ours.assign(score=ours.apply(_cell, axis=1)).pivot(index="scope", columns="metric", values="score")
    rows = ours[ours["metric"] == "macro_f1"][["scope", "n"]].join(cells[["macro_f1", "macro_f1_same_mix"]], on="scope")
    gold = _gold()
    gold = gold[(gold["model"] == "best") & (gold["metric"] == "macro_f1") & (gold["scope"] != "all")]
    gold = gold.assign(macro_f1=gold.apply(_cell, axis=1), scope="gold: " + gold["scope"].replace(SIDE_NAMES))
    sides = SIDE_NAMES | {f"random part, {side}": f"random part, {name}" for side, name in SIDE_NAMES.items()}
    rows = pd.concat([rows.assign(scope=rows["scope"].replace(sides)), gold[["scope", "n", "macro_f1"]]])
    names = {"scope": "test statements", "macro_f1": "macro-F1", "macro_f1_same_mix": "with acts as common as over both sides"}
    return _plain(rows.rename(columns=names))


def _cross_validated() -> pd.Series:
    """Macro-F1 by genre and source of the act model without vectors, which has learnt from other documents of the same."""
    ours = _scored()
    ours = ours[(ours["model"] == _json("metrics/evaluate.json")["without_vectors"]) & (ours["target"] == "act")]
    ours = ours[(ours["part"] == "cross-validation") & (ours["metric"] == "macro_f1")]
    return ours.set_index("scope")["value"]


def robustness() -> str:
    """Parts held out whole, authored statements, and the learning curve."""
    tables = []
    for name, label in (("left_out", "held out"), ("origins", "trained on"), ("learning_curve", "coded statements")):
        frame = pd.read_csv(REPORTS / "evaluate" / f"{name}.csv")
        keys = [column for column in frame.columns if column not in {"n_train", "n", "macro_f1", "low", "high"}]
        score = [
            "–" if pd.isna(row["macro_f1"]) else f"{row['macro_f1']:.2f} ({row['low']:.2f}–{row['high']:.2f})"
            for row in frame.to_dict("records")
        ]
        what = frame[keys].astype(str).agg(": ".join, axis=1)
        table = pd.DataFrame({label: what, "statements scored": frame["n"], "macro-F1": score})
        tables.append(_plain(table.assign(**{"not held out": frame["value"].map(_cross_validated())}) if name == "left_out" else table))
    more = _json("metrics/evaluate.json")["codes_for_next_five_points"]
    last = (
        f"By a line through the last points, five points more take some {round(more, -3):,} more codes." if more else "The curve has ended."
    )
    return "\n\n".join([*tables, last])


def learned() -> str:
    """The words that most raise each act by themselves."""
    frame = pd.read_csv(REPORTS / "evaluate" / "learned.csv")
    rows = [{"act": act, "words": ", ".join(frame.loc[frame["code"] == act, "feature"])} for act in ACTS]
    return _plain(pd.DataFrame(rows))


def agreement() -> str:
    """Krippendorff's alpha of the two coders."""
    found = _json("metrics/label.json")["agreement"]
    sets = {"corpus": "real statements", "authored": "authored statements"}
    lines = [f"| Krippendorff's α (95 % interval) | {' | '.join(sets.values())} |", "| --- | --- | --- |"]
    for part in ["overall", *ACTS, *COMPARED]:
        cells = []
        for name in sets:
            value = found[name]["alpha"][part]
            cells.append("–" if value["value"] is None else f"{value['value']:.2f} ({value['low']:.2f}–{value['high']:.2f})")
        lines.append(f"| {SIDE_NAMES[part] if part in COMPARED else part} | {' | '.join(cells)} |")
    lines.append(f"| issue | {found['corpus']['issue']:.2f} | – |")
    lines.append(f"| stance | {found['corpus']['stance']:.2f} | – |")
    sizes = [f"{found[name]['n']}, {found[name]['disagreements']}" for name in sets]
    return "\n".join([*lines, f"| statements, disagreements on the act | {' | '.join(sizes)} |"])


def corpus() -> str:
    """Coded statements of the corpus by source, act and part."""
    rows = files.read_csv(ROOT / "data" / "labels" / "corpus.csv")
    table = pd.crosstab([rows["side"], rows["source"]], rows["act"].replace("", "open"))
    table["random part"] = rows[rows["part"] == "random"].groupby(["side", "source"]).size().reindex(table.index, fill_value=0)
    table["all"] = rows.groupby(["side", "source"]).size()
    return _plain(table.reset_index())


def masking() -> str:
    """What hiding the names of countries and people changes in the codes."""
    found = _json("metrics/label.json")["agreement"]["masked"]
    rows = [
        {"change of share, points": SIDE_NAMES[side], **{a: f"{100 * v:+.1f}" for a, v in c.items()}}
        for side, c in found["change_of_share"].items()
    ]
    return _plain(pd.DataFrame(rows)) + f"\n\nα between masked and unmasked codes: {found['alpha']:.2f}, {found['n']} statements."


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


def coverage() -> str:
    """Least, mean and greatest coverage over the cells of the simulated grid, and widths, by what was drawn.

    Cells shown in less than a fifth of the draws have too few of them to tell.
    """
    found = pd.read_csv(REPORTS / "benchmarks" / "coverage.csv")
    shown = found[found["shown"] >= 0.2]
    lines = [
        "| drawn | cells | covered: least | mean | most | in .93–.97 | at first | raw count | width beside codes alone | simple codes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for drawn, rows in shown.groupby("drawn", sort=False):
        within = " | ".join(str(int(rows[column].between(0.93, 0.97).sum())) for column in ("covered", "first"))
        ends = " | ".join(f"{value:.3f}" for value in (rows["covered"].min(), rows["covered"].mean(), rows["covered"].max()))
        rest = " | ".join(f"{rows[column].mean():.2f}" for column in ("naive", "of_alone", "of_random"))
        lines.append(f"| {drawn} | {len(rows)} of {(found['drawn'] == drawn).sum()} | {ends} | {within} | {rest} |")
    return "\n".join(lines)


BLOCKS = {
    "README.md": {"example": example, "attribution": attribution, "scores": scores},
    "docs/attribution-card.md": {"attribution": attribution, "chain": extraction},
    "docs/model-card.md": {
        "scores": scores,
        "certainty": certainty,
        "models": models,
        "scopes": scopes,
        "robustness": robustness,
        "learned": learned,
    },
    "docs/estimation.md": {"coverage": coverage},
    "docs/data-card.md": {"agreement": agreement, "masking": masking, "corpus": corpus},
}


def updated(name: str) -> str:
    """The document `name` with its blocks written anew."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for block, write in BLOCKS[name].items():
        content = write().replace("\\", r"\\")
        text = re.sub(rf"(<!-- {block} -->\n).*?(<!-- /{block} -->)", rf"\g<1>{content}\n\g<2>", text, flags=re.S)
    return text


def main() -> None:
    for name in BLOCKS:
        files.write_text(updated(name), ROOT / name)


if __name__ == "__main__":
    main()
