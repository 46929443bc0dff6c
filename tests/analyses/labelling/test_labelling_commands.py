"""The whole way on the command line: the authors' labels as two raters would come to them."""

import csv
import re
import shutil

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from label_warehouse import SITE, Post, write_warehouse

from analyses.replication.labelled import read_slips
from analyses.study.labels import read_labels
from analyses.study.slips import raising
from analyses.study.study import find_study, read_study
from stackstudy import main

VERBS = ("serve", "settle", "write", "agreement", "export", "import")
COMMANDS = [
    ["sample-size"],
    ["draw"],
    ["label"],
    ["decide"],
    *([group, name] for group in ("decide", "label") for name in VERBS),
    ["label", "acceptance"],
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a folder of its own; return its output and its exit code."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments, data=None):
        options = ["--data", str(data)] if data else []
        result = CliRunner().invoke(main, [*map(str, arguments), *options])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output, result.exit_code

    return command


@pytest.fixture(scope="module")
def truth(published_labels):
    """The authors' labels by question, with the taxonomy's names."""
    slips = {
        (slip.question_set, slip.published_name): " - ".join(
            filter(None, (slip.inner_category, slip.leaf_category))
        )
        for slip in read_slips()
    }
    found = {}
    for question_set, rows in published_labels.items():
        for question_id, label in rows:
            name = " ".join(label.split())
            found.setdefault((question_set, question_id), []).append(
                slips.get((question_set, name), name)
            )
    return found


def own_study(folder):
    folder.mkdir()
    (folder / "study.yml").write_text(
        f"study: {folder.name}\ntitle: Own\nbase:\n  base: {{tags: [a]}}\ntopics:\n"
        "  own: {tags: [b]}\n",
        "utf-8",
    )
    return folder


def write_draw_file(path, keys, is_pilot=lambda _: False):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question_set", "site", "question_id", "is_pilot"])
        writer.writerows([name, SITE, key, is_pilot(key)] for name, key in keys)


def fill_workbook(path, labels_of, to=None):
    """Fill the label columns of an xlsx, as a person would."""
    book = openpyxl.load_workbook(path)
    sheet = book["questions"]
    header = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(header, row, strict=True))
        key = (cells["question_set"].value, cells["question_id"].value)
        for index, label in enumerate(labels_of(key), start=1):
            cells[f"label_{index}"].value = label
    book.save(to or path)


def fill_csv(path, labels_of):
    """Fill the label columns of a CSV and save it as a German spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        key = (row["question_set"], int(row["question_id"]))
        row["question_id"] = f"{key[1]}.0"
        row |= {f"label_{i}": name for i, name in enumerate(labels_of(key), start=1)}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(reversed(rows))


@pytest.fixture
def own_copy(tmp_path):
    """A copy of the shipped study, to which raters give their labels."""
    shutil.copytree(find_study(), tmp_path / "own", ignore=shutil.ignore_patterns("published*"))
    path = tmp_path / "own" / "study.yml"
    path.write_text(
        path.read_text("utf-8").replace("study: deep_learning_deployment", "study: own")
    )
    return "--study", str(tmp_path / "own")


@pytest.fixture(scope="module")
def own_data(published_data, tmp_path_factory):
    """The authors' questions as the database of that study."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copy(published_data / "deep_learning_deployment.duckdb", folder / "own.duckdb")
    return folder


def labels_of(path):
    found = {}
    for one in raising(read_labels, path, read_study(find_study()).taxonomy.categories, None):
        found.setdefault((one.question_set, one.question_id), set()).add(one.name.casefold())
    return found


def folded_names(truth):
    return {key: {name.casefold() for name in names} for key, names in truth.items()}


def test_the_authors_labels_come_out_of_two_raters(run, own_copy, own_data, truth, tmp_path):
    """One rater is right, one calls every tenth question unclear; they settle on the truth."""
    write_draw_file(tmp_path / "draw.csv", truth)
    slips = set(list(truth)[::10])
    n = len(truth)
    for name in ("ann.xlsx", "ben.csv", "settled.xlsx"):
        output, code = run("label", "export", "draw.csv", name, *own_copy, data=own_data)
        assert code == 0
        assert f"{name} ({n} questions)" in output
    fill_workbook(tmp_path / "ann.xlsx", lambda key: truth[key])
    fill_csv(tmp_path / "ben.csv", lambda key: ["unclear"] if key in slips else truth[key])
    output, code = run("label", "import", "draw.csv", "ann.xlsx", "--rater", "ann", *own_copy)
    assert code == 0, output
    assert f"{n:,} questions read, {n:,} of them new or changed; 0 of the draw without" in output
    output, code = run("label", "import", "draw.csv", "ben.csv", "--rater", "ben", *own_copy)
    assert code == 0, output
    again, _ = run("label", "import", "draw.csv", "ben.csv", "--rater", "ben", *own_copy)
    assert "0 of them new or changed" in again

    for files in ((), ("ann.xlsx", "ben.csv"), ("ann.xlsx", "own/ratings/ben.jsonl")):
        output, code = run(
            *("label", "agreement", "draw.csv", *files, *own_copy),
            *("--confusion", "confusion.csv", "--force"),
        )
        assert code == 0, output
        assert f"{100 * (n - len(slips)) / n:.1f}%" in output
        assert f"Questions to settle: {len(slips)}" in output
        with (tmp_path / "confusion.csv").open(encoding="utf-8-sig", newline="") as file:
            pairs = list(csv.DictReader(file))
        unclear = [row for row in pairs if row["label_b"] == "unclear" and row["level"] == "leaf"]
        counts = [int(row["n"]) for row in unclear if row["question_set"] == "all sets"]
        assert sum(counts) == len(slips)

    output, code = run("label", "write", "draw.csv", *own_copy)
    assert code == 0
    assert f"To settle: {len(slips)}" in output
    agreed = {key: names for key, names in truth.items() if key not in slips}
    assert labels_of(tmp_path / "own" / "labels.csv") == folded_names(agreed)
    fill_workbook(tmp_path / "settled.xlsx", lambda key: truth[key] if key in slips else [])
    run("label", "import", "draw.csv", "settled.xlsx", "--rater", "settled", *own_copy)
    output, code = run("label", "write", "draw.csv", *own_copy)
    assert f"{n} of {n} questions" in output.replace(",", "")
    assert labels_of(tmp_path / "own" / "labels.csv") == folded_names(truth)


def test_what_a_rater_said_is_in_the_next_sheet(run, own_copy, own_data, truth, tmp_path):
    keys = list(truth)[:30]
    write_draw_file(tmp_path / "draw.csv", keys, lambda key: key == keys[0][1])
    run("label", "export", "draw.csv", "ann.csv", *own_copy, data=own_data)
    fill_csv(tmp_path / "ann.csv", lambda key: truth[key] if key in keys[:20] else [])
    output, code = run("label", "import", "draw.csv", "ann.csv", "--rater", "ann", *own_copy)
    assert code == 0
    assert "20 questions read, 20 of them new or changed; 10 of the draw without a label" in output
    run("label", "export", "draw.csv", "b.csv", "--rater", "ann", *own_copy, data=own_data)
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["question_id"]: row for row in csv.DictReader(file)}
    for name, question_id in keys:
        found = {rows[str(question_id)][f"label_{i}"] for i in (1, 2, 3)} - {""}
        wanted = truth[name, question_id] if (name, question_id) in keys[:20] else []
        assert {one.casefold() for one in found} == {one.casefold() for one in wanted}


def test_two_people_decide(run, own_copy, own_data, truth, tmp_path):
    keys = [key for key in truth if key[0] == "browser"][:4]
    write_draw_file(tmp_path / "draw.csv", keys)
    said = {"ann": ["include", "exclude", "include", "pending"], "ben": ["include"] * 4}
    for name, words in said.items():
        run("decide", "export", "draw.csv", f"{name}.csv", *own_copy, data=own_data)
        by_key = dict(zip(keys, words, strict=True))
        fill_csv(tmp_path / f"{name}.csv", lambda key, by_key=by_key: [by_key[key]])
        output, code = run(
            "decide", "import", "draw.csv", f"{name}.csv", "--rater", name, *own_copy
        )
        assert code == 0, output
    output, code = run("decide", "agreement", "draw.csv", *own_copy)
    assert code == 0
    assert "Questions to settle: 2" in output
    output, code = run("decide", "write", "draw.csv", *own_copy)
    assert code == 0
    lines = (tmp_path / "own" / "decisions.csv").read_text("utf-8").splitlines()
    assert sorted(lines[1:]) == sorted(f"browser,{SITE},{keys[i][1]},include," for i in (0, 2))
    run("decide", "export", "draw.csv", "ann.csv", "--force", *own_copy, data=own_data)
    fill_csv(tmp_path / "ann.csv", lambda _: ["include", "exclude"])
    output, code = run("decide", "import", "draw.csv", "ann.csv", "--rater", "ann", *own_copy)
    assert code == 1
    assert "include and exclude cannot stand together" in output


def test_sample_sizes_are_the_published_ones(run, published_data):
    """Chen et al. (2020), section 5: 297 and 307, and all about browsers; that is the plan."""
    output, _ = run("sample-size", data=published_data)
    assert "│ server_cloud │     1,325 │  297.98 │         297 │" in output
    assert "│ mobile       │     1,533 │  307.33 │         307 │" in output
    assert "│ browser      │       165 │  115.63 │         all │" in output
    output, _ = run("sample-size", "--rounding", "up", data=published_data)
    assert "│         298 │" in output
    assert "│         308 │" in output
    for population, size in ((1325, 298), (0, 0), (1, 1)):
        output, code = run("sample-size", "--population", population)
        assert code == 0
        assert f"│ {size:11,} │" in output
    assert run("sample-size", "mobile", "--population", "5")[1] == 2


def test_draws_of_the_published_sizes(run, published_data, tmp_path):
    arguments = ["draw", "server_cloud", "mobile", "browser"]
    output, code = run(*arguments, data=published_data)
    assert code == 0
    assert "server_cloud: 297 of 1,325 questions drawn, 90 of them pilot." in output
    assert "mobile: 307 of 1,533 questions drawn, 93 of them pilot." in output
    assert "browser: 165 of 165 questions drawn, 50 of them pilot." in output
    assert "Note: browser holds candidates" in output
    first = (tmp_path / "draw.csv").read_bytes()
    output, code = run(*arguments, "--size", "browser=all", data=published_data)
    assert code == 1
    assert "draw.csv: exists already" in output
    run(*arguments, "--size", "browser=all", "--force", data=published_data)
    assert (tmp_path / "draw.csv").read_bytes() == first
    output, _ = run(*arguments, "--size", "5", "--size", "mobile=7", "--force", data=published_data)
    assert "server_cloud: 5 of" in output
    assert "mobile: 7 of" in output
    for size in ("browser=166", "dl=5", "x", "-1", "mobile="):
        assert run(*arguments, "--size", size, "--force", data=published_data)[1] == 2


def test_an_openly_coded_pilot_makes_a_codebook(run, tmp_path, monkeypatch):
    """A study without categories: names of the pilot are the categories of the rest."""
    data = write_warehouse(
        tmp_path / "data",
        [Post(k, title="t") for k in range(10)],
        {"own": range(10)},
        study="mine",
    )
    monkeypatch.setenv("STACKSTUDY_STUDY", str(own_study(tmp_path / "mine")))
    assert run("draw", "own", "--size", "all", data=data)[1] == 0
    run("label", "export", "draw.csv", "pilot.xlsx", "--part", "pilot", data=data)
    names = iter(["slow - at first", "unclear", "Slow - at first"])
    fill_workbook(tmp_path / "pilot.xlsx", lambda _: [next(names)])
    output, code = run("label", "import", "draw.csv", "pilot.xlsx", "--rater", "both")
    assert code == 0, output
    assert (tmp_path / "mine" / "taxonomy.csv").read_text("utf-8") == (
        "question_set,inner_category,leaf_category\nown,slow,at first\n"
    )
    run("label", "export", "draw.csv", "ann.xlsx", "--part", "rest", data=data)
    fill_workbook(tmp_path / "ann.xlsx", lambda _: ["slow - at fist"])
    output, code = run("label", "import", "draw.csv", "ann.xlsx", "--rater", "both")
    assert code == 1
    assert output.count("the nearest is 'slow - at first'") == 7
    assert "7 slips, nothing is read" in output
    fill_workbook(tmp_path / "ann.xlsx", lambda _: ["slow - at first"])
    assert run("label", "import", "draw.csv", "ann.xlsx", "--rater", "both")[1] == 0
    output, code = run("label", "write", "draw.csv", "--raters", "1")
    assert code == 0
    assert output == f"{tmp_path}/mine/labels.csv: 10 of 10 questions of the draw\n"
    assert [one.name for one in read_study(tmp_path / "mine").labels].count("slow - at first") == 9


def test_a_code_deleted_by_hand_is_named_with_file_line_and_cure(run, tmp_path, monkeypatch):
    """Whoever reads labels of a code that taxonomy.csv has no more says where, and what to do."""
    data = write_warehouse(
        tmp_path / "data", [Post(k, title="t") for k in range(4)], {"own": range(4)}, study="mine"
    )
    folder = own_study(tmp_path / "mine")
    monkeypatch.setenv("STACKSTUDY_STUDY", str(folder))
    header = "question_set,inner_category,leaf_category\n"
    (folder / "taxonomy.csv").write_text(f"{header}own,slow,\nown,slower,\n", "utf-8")
    assert run("draw", "own", "--size", "all", data=data)[1] == 0
    for rater in ("ann", "ben"):
        run("label", "export", "draw.csv", f"{rater}.csv", data=data)
        names = iter(["slower", "slow", "slow", "unclear"])
        fill_csv(tmp_path / f"{rater}.csv", lambda _, names=names: [next(names)])
        assert run("label", "import", "draw.csv", f"{rater}.csv", "--rater", rater)[1] == 0
    assert run("label", "write", "draw.csv")[1] == 0
    (folder / "taxonomy.csv").write_text(f"{header}own,slow,\n", "utf-8")
    gone = "own has no category 'slower'; the nearest is 'slow': take that, or put the missing one"
    for command in (["build"], ["label", "agreement", "draw.csv"], ["label", "write", "draw.csv"]):
        output, code = run(*command, data=data if command == ["build"] else None)
        assert code == 1
        assert re.search(rf"labels\.csv: row [2-5]: {gone} into taxonomy\.csv", output), output
    (folder / "labels.csv").unlink()
    for command in ("agreement", "write", "settle"):
        output, code = run("label", command, "draw.csv", data=data if command == "settle" else None)
        assert code == 1
        assert re.search(rf"ann\.jsonl: line [1-4]: question \d: {gone} into", output), output
    output, code = run("label", "agreement", "draw.csv", "ann.csv", "ben.csv")
    assert code == 1
    assert re.search(rf"ann\.csv: row [2-5]: question \d: {gone} into", output), output


def test_a_sample_of_another_study_is_refused(run, tmp_path):
    own_study(tmp_path / "mine")
    write_draw_file(tmp_path / "draw.csv", [("own", 1)])
    (tmp_path / "ann.csv").write_text(
        f"question_set,site,question_id,label_1\nown,{SITE},1,slow\n", "utf-8"
    )
    arguments = ["label", "import", "draw.csv", "ann.csv", "--rater", "ann"]
    output, code = run(*arguments)
    assert code == 1
    assert "draw.csv: 'own' is no question set of the study deep_learning_deployment" in output
    assert run(*arguments, "--study", "mine")[1] == 0


def test_nothing_is_written_into_a_study_that_ships(run, tmp_path, truth):
    keys = list(truth)[:1]
    write_draw_file(tmp_path / "draw.csv", keys)
    row = f"{keys[0][0]},{SITE},{keys[0][1]},{truth[keys[0]][0]}\n"
    (tmp_path / "ann.csv").write_text(f"question_set,site,question_id,label_1\n{row}", "utf-8")
    for arguments in (["import", "draw.csv", "ann.csv"], ["serve", "draw.csv"]):
        output, code = run("label", *arguments, "--rater", "ann")
        assert code == 1
        assert "ships with stackstudy; make a study of your own first" in output
    assert not (find_study() / "ratings").exists()


def test_acceptance_is_the_table_of_the_build(run, tmp_path):
    data = write_warehouse(tmp_path / "data", [Post(1)], {"own": [1]})
    output, code = run("label", "acceptance", data=data)
    assert code == 1
    assert "the study was built without labels; put labels.csv into its folder" in output
    with duckdb.connect(str(data / "deep_learning_deployment.duckdb")) as connection:
        connection.execute(
            """
            create table label_acceptance as
            select 'own' as question_set, 'unclear' as label_kind, 120 as n_questions,
                90 as n_not_accepted, 0.75 as no_accepted_share, 0.66 as share_ci_low,
                0.82 as share_ci_high, 0.1 as share_difference, 0.01 as ci_low, 0.18 as ci_high,
                0.22 as cohens_h, 0.04 as p_value_adjusted
            """
        )
    output, code = run("label", "acceptance", "--output", "unclear.xlsx", data=data)
    assert code == 0
    shown = next(line for line in output.splitlines() if "own" in line)
    for part in ("unclear", "90 of 120 (75.0%)", "66.0 to 82.0", "+10.0", "+1.0 to +18.0", "0.040"):
        assert part in shown
    sheet = openpyxl.load_workbook(tmp_path / "unclear.xlsx").active
    assert [cell.value for cell in sheet[2]][:5] == ["own", "unclear", 120, 90, 0.75]


@pytest.mark.parametrize(
    "case",
    [
        (["label", "agreement", "draw.csv"], 1, "needs what two raters said; there is nobody"),
        (["label", "agreement", "no.csv", "a.csv"], 1, "no.csv: cannot be read"),
        (["label", "agreement", "draw.csv", "no.xlsx"], 1, "no.xlsx: cannot be read"),
        (["label", "agreement", "draw.csv", "no.jsonl"], 1, "no.jsonl: there is no such file"),
        (["label", "import", "draw.csv", "b.json", "--rater", "a b"], 1, "b.json: cannot be read"),
        (["label", "serve", "draw.csv", "--rater", "settled"], 1, "settled is no rater"),
        (["label", "agreement", "draw.csv", "--part", "pilot"], 1, "of the part pilot"),
        (["label", "export", "draw.csv", "a.pdf"], 1, "a.pdf: is neither .xlsx nor .csv"),
        (["label", "export", "draw.csv", "a.csv", "--to", "label-studio"], 1, "end in .json"),
        (["label", "export", "draw.csv", "no/a.csv"], 1, "there is no folder no"),
        (["draw", "mobil"], 1, "no question set is named 'mobil'"),
        (["sample-size", "mobil"], 1, "no question set is named 'mobil'"),
    ],
)
def test_errors_are_one_line(run, published_data, truth, tmp_path, case):
    arguments, code, complaint = case
    write_draw_file(tmp_path / "draw.csv", list(truth)[:2])
    needs_data = arguments[1] not in {"agreement", "import"}
    output, found = run(*arguments, data=published_data if needs_data else None)
    assert found == code
    assert complaint in output
    if code == 1:
        assert output.startswith("Error: ")
        assert output.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_examples_that_name_the_command(run, command):
    output, code = run(*command, "--help")
    assert code == 0
    examples = [line.strip() for line in output.splitlines() if "stackstudy " in line]
    assert any(line.startswith(" ".join(["stackstudy", *command])) for line in examples)


def test_a_database_that_is_not_there_is_one_line(run, tmp_path):
    write_draw_file(tmp_path / "draw.csv", [("mobile", 1)])
    for arguments in (
        ["draw", "mobile"],
        ["sample-size"],
        ["label", "export", "draw.csv", "a.csv"],
    ):
        output, code = run(*arguments, data=tmp_path / "none")
        assert code == 1
        assert "no database yet" in output
        assert output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "draw.csv", "draw.csv", "--force"],
        ["agreement", "draw.csv", "ann.csv", "ann.csv"],
        ["agreement", "draw.csv", "ann.csv", "./ann.csv"],
        ["agreement", "draw.csv", "ann.csv", "ben.csv", "--confusion", "ann.csv", "--force"],
    ],
    ids=" ".join,
)
def test_no_command_writes_over_what_it_reads(run, tmp_path, arguments):
    """Nor does a sheet agree with itself."""
    names = ("draw.csv", "ann.csv", "ben.csv", "labels.csv")
    for name in names:
        (tmp_path / name).write_text(f"a week of work: {name}", encoding="utf-8")
    output, code = run("label", *arguments)
    assert code == 1
    assert "is given twice" in output
    assert len(output.splitlines()) == 1
    for name in names:
        assert (tmp_path / name).read_text("utf-8") == f"a week of work: {name}"
    assert not (tmp_path / "new.xlsx").exists()
