"""The form in a terminal: what is asked, what is understood, and what is kept when a coder stops."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from stance import files
from stance.cli import app
from stance.codebook import ACTS, codebook
from stance.form import fill
from stance.sheets import CODES, SEEN

OPTIONS = {"act": list(ACTS), "secondary": list(ACTS), "issue": list(codebook().issues), "stance": list(codebook().stances)}
CODED = ["demand", "", "iran", "favour"]


def sheet(n: int = 3) -> pd.DataFrame:
    rows = [{name: f"{name} of {k}" for name in SEEN} | {"statement_id": f"s{k}", "statement": f"They must answer, {k}."} for k in range(n)]
    return pd.DataFrame(rows, columns=SEEN).assign(**dict.fromkeys(CODES, ""))


class Coder:
    """Gives `answers` one by one, and keeps what was asked and what was saved."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.saved: list[pd.DataFrame] = []

    def ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.answers.pop(0)

    def fill(self, rows: pd.DataFrame) -> pd.DataFrame:
        done = fill(rows, ask=self.ask, save=lambda so_far: self.saved.append(so_far.copy()))
        assert not self.answers
        return done


def codes_of(rows: pd.DataFrame, k: int = 0) -> list[str]:
    return rows.iloc[k][CODES].tolist()


def number(name: str, code: str) -> str:
    return str(OPTIONS[name].index(code) + 1)


def test_answers_are_understood_by_number() -> None:
    done = Coder(number("act", "demand"), number("secondary", "warning"), number("issue", "iran"), number("stance", "against")).fill(
        sheet(1)
    )
    assert codes_of(done) == ["demand", "warning", "iran", "against"]


def test_answers_are_understood_by_word() -> None:
    assert codes_of(Coder("demand", "warning", "none_other", "n/a").fill(sheet(1))) == ["demand", "warning", "none_other", "n/a"]


def test_spaces_around_an_answer_do_not_matter() -> None:
    assert codes_of(Coder(" demand ", "  ", "iran ", " 1").fill(sheet(1))) == ["demand", "", "iran", OPTIONS["stance"][0]]


@pytest.mark.parametrize("name", CODES)
def test_every_number_shown_gives_the_code_beside_it(name: str) -> None:
    at = CODES.index(name)
    for n, expected in enumerate(OPTIONS[name], 1):
        coder = Coder(*CODED[:at], str(n), *CODED[at + 1 :])
        assert codes_of(coder.fill(sheet(1)))[at] == expected
        assert f"{n} {expected}" in coder.asked[at]


@pytest.mark.parametrize("wrong", ["0", "99", "-1", "1.5", "threat", "Demand!", "1 2", "²", "q1", "bb"])
def test_a_wrong_answer_is_asked_again(wrong: str) -> None:
    coder = Coder(wrong, *CODED)
    assert codes_of(coder.fill(sheet(1))) == CODED
    assert len(coder.asked) == 5


@pytest.mark.parametrize("name", ["act", "issue", "stance"])
def test_an_empty_answer_is_asked_again_where_a_code_is_needed(name: str) -> None:
    at = CODES.index(name)
    coder = Coder(*CODED[:at], "", " ", *CODED[at:])
    assert codes_of(coder.fill(sheet(1))) == CODED
    assert [prompt.split("\n")[-2].split(":")[0] for prompt in coder.asked].count(name) == 3


def test_an_empty_answer_passes_over_the_secondary_act() -> None:
    coder = Coder("demand", "", "iran", "favour")
    assert codes_of(coder.fill(sheet(1)))[1] == ""
    assert "secondary (empty: none)" in coder.asked[1]


def test_the_statement_is_shown_once_in_its_context() -> None:
    coder = Coder(*CODED)
    coder.fill(sheet(1))
    for field in ("title", "speaker", "before", "statement", "after"):
        assert sheet(1).loc[0, field] in coder.asked[0]
    assert "They must answer" not in "".join(coder.asked[1:])


def test_b_goes_back_to_the_statement_before() -> None:
    coder = Coder(*CODED, "b", "warning", "", "energy", "against", *CODED)
    done = coder.fill(sheet(2))
    assert [codes_of(done, k) for k in range(2)] == [["warning", "", "energy", "against"], CODED]
    assert "They must answer, 0." in coder.asked[5]


@pytest.mark.parametrize("at", range(4), ids=CODES)
def test_b_may_be_said_at_any_code_and_drops_what_was_said_of_the_statement(at: int) -> None:
    done = Coder(*CODED, *["warning", "", "energy", "against"][:at], "b", *CODED, *CODED).fill(sheet(2))
    assert [codes_of(done, k) for k in range(2)] == [CODED, CODED]


def test_b_at_the_first_statement_asks_it_again() -> None:
    coder = Coder("warning", "b", *CODED)
    assert codes_of(coder.fill(sheet(1))) == CODED
    assert "They must answer, 0." in coder.asked[2]


def test_going_back_keeps_codes_until_others_are_given() -> None:
    done = Coder(*CODED, "b", "warning", "q").fill(sheet(2))
    assert [codes_of(done, k) for k in range(2)] == [CODED, [""] * 4]


@pytest.mark.parametrize("at", range(4), ids=CODES)
def test_q_stops_and_keeps_what_was_done(at: int) -> None:
    coder = Coder(*CODED, *["warning", "", "energy", "against"][:at], "q")
    done = coder.fill(sheet(3))
    assert [codes_of(done, k) for k in range(3)] == [CODED, [""] * 4, [""] * 4]
    assert len(coder.saved) == 1 and coder.saved[-1].equals(done)


def test_each_statement_is_saved_when_it_is_coded() -> None:
    coder = Coder(*CODED * 3)
    done = coder.fill(sheet(3))
    assert [(rows["act"] != "").sum() for rows in coder.saved] == [1, 2, 3]
    assert coder.saved[-1].equals(done)


def test_coding_resumes_where_no_act_is_given() -> None:
    first = Coder(*CODED, "q").fill(sheet(3)).iloc[[2, 0, 1]].reset_index(drop=True)
    coder = Coder("warning", "", "energy", "against", "q")
    done = coder.fill(first)
    assert "They must answer, 2." in coder.asked[0] and "[1 of 2]" in coder.asked[0]
    assert [codes_of(done, k) for k in range(3)] == [["warning", "", "energy", "against"], CODED, [""] * 4]


def test_a_sheet_that_is_coded_asks_nothing() -> None:
    coded = Coder(*CODED * 2).fill(sheet(2))
    coder = Coder()
    assert coder.fill(coded).equals(coded) and not coder.asked and not coder.saved


def test_the_rows_given_are_left_as_they_were() -> None:
    rows = sheet(1)
    Coder(*CODED).fill(rows)
    assert rows.equals(sheet(1))


def test_nothing_but_codes_is_changed() -> None:
    assert Coder(*CODED * 3).fill(sheet(3))[SEEN].equals(sheet(3)[SEEN])


ANSWER = st.one_of(st.sampled_from(["b", "", "1", "4", "demand", "iran", "favour", "threat"]), st.text(max_size=3))


@settings(max_examples=30, deadline=None)
@given(st.lists(ANSWER, max_size=40))
def test_whatever_is_typed_only_codes_of_the_codebook_are_written(answers: list[str]) -> None:
    queue: list[str] = [*answers]
    done = fill(sheet(3), ask=lambda _: queue.pop(0) if queue else "q")
    for name, options in OPTIONS.items():
        assert set(done[name]) <= {"", *options}
    coded = done[done["act"] != ""]
    assert (coded[["issue", "stance"]] != "").all().all()


@pytest.fixture
def coding(tmp_path: Path) -> Callable[..., tuple[str, pd.DataFrame]]:
    """`stance code` over a sheet with the `answers`: what the coder saw, and the file then."""

    def run(rows: pd.DataFrame, *answers: str) -> tuple[str, pd.DataFrame]:
        path = tmp_path / "sheet.csv"
        files.write_csv(rows, path)
        result = CliRunner().invoke(app, ["code", str(path)], input="".join(f"{answer}\n" for answer in answers))
        assert result.exit_code == 0, result.output
        return result.output, files.read_csv(path)

    return run


def test_the_command_writes_codes_into_the_sheet(coding: Callable[..., tuple[str, pd.DataFrame]]) -> None:
    said, rows = coding(sheet(3), *CODED, "warning", "q")
    assert rows["act"].tolist() == ["demand", "", ""] and "1 of 3 statements coded" in said
    assert rows[SEEN].equals(sheet(3)[SEEN])


BRACKETS = [
    "They said [the alliance] must answer.",
    "We will [laughter] answer.",
    "[b]They[/b] must answer.",
    "The minutes [/end of page] went on.",
    "At the port :warning: was written.",
]


@pytest.mark.parametrize("text", BRACKETS, ids=["insertion", "stage direction", "forum code", "closing bracket", "colons"])
def test_the_command_shows_every_word_of_a_statement(text: str, coding: Callable[..., tuple[str, pd.DataFrame]]) -> None:
    said, _ = coding(sheet(1).assign(statement=text), "q")
    assert text in said


def test_a_table_that_is_no_sheet_gets_one_line(tmp_path: Path) -> None:
    path = tmp_path / "design.csv"
    path.write_text("statement_id,pi\ns0,0.5\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["code", str(path)], input="q\n")
    assert result.exit_code == 1 and not isinstance(result.exception, KeyError)
    assert result.stderr.startswith("stance: ") and "act" in result.stderr and "Try:" in result.stderr
