"""The whole way on the command line: the authors' labels as two raters would come to them."""

import csv

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

COMMANDS = [
    ["sample-size"],
    ["draw"],
    ["label"],
    *(["label", name] for name in ("sheet", "check", "agreement", "resolve", "acceptance")),
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


def test_the_authors_labels_come_out_of_two_raters_sheets(run, published_data, truth, tmp_path):
    """One rater is right, one calls every tenth question unclear; they settle on the truth."""
    write_draw_file(tmp_path / "draw.csv", truth)
    slips = set(list(truth)[::10])
    output, code = run("label", "sheet", "draw.csv", "ann.xlsx", "ben.csv", data=published_data)
    assert code == 0
    assert f"ann.xlsx ({len(truth)} questions)" in output
    fill_workbook(tmp_path / "ann.xlsx", lambda key: truth[key])
    fill_csv(tmp_path / "ben.csv", lambda key: ["unclear"] if key in slips else truth[key])

    output, code = run("label", "check", "draw.csv", "ann.xlsx", "ben.csv")
    assert code == 0, output
    assert f"ben.csv: {len(truth)} questions labelled, 0 without a label, 0 slips" in output

    output, code = run(
        *("label", "agreement", "draw.csv", "ann.xlsx", "ben.csv"),
        *("--conflicts", "conflicts.xlsx", "--confusion", "confusion.csv"),
        data=published_data,
    )
    assert code == 0, output
    n = len(truth)
    assert f"{100 * (n - len(slips)) / n:.1f}%" in output
    assert f"Conflicts: conflicts.xlsx ({len(slips)} questions to settle)" in output
    with (tmp_path / "confusion.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = list(csv.DictReader(file))
    unclear = [row for row in pairs if row["label_b"] == "unclear" and row["level"] == "leaf"]
    assert sum(int(row["n"]) for row in unclear if row["question_set"] == "all sets") == len(slips)

    output, code = run("label", "resolve", "draw.csv", "ann.xlsx", "ben.csv")
    assert code == 1
    assert f"is labelled differently ({len(slips) - 1} more)" in output
    fill_workbook(tmp_path / "conflicts.xlsx", lambda key: truth[key])
    said = openpyxl.load_workbook(tmp_path / "conflicts.xlsx")["questions"]
    header = [cell.value for cell in said[1]]
    assert {row[header.index("labels of ben")] for row in said.iter_rows(2, values_only=True)} == {
        "unclear"
    }
    output, code = run(
        *("label", "resolve", "draw.csv", "ann.xlsx", "ben.csv", "--resolved", "conflicts.xlsx")
    )
    assert code == 0, output
    taxonomy = read_study(find_study()).taxonomy.categories
    found = {}
    for label in raising(read_labels, tmp_path / "labels.csv", taxonomy, None):
        name = " - ".join(filter(None, (label.inner_category, label.leaf_category)))
        found.setdefault((label.question_set, label.question_id), []).append(name.casefold())
    assert found == {key: [name.casefold() for name in names] for key, names in truth.items()}


def test_a_pilot_settled_together_and_the_rest_by_two(run, published_data, truth, tmp_path):
    keys = [key for key in truth if key[0] == "browser"]
    pilot = {key[1] for key in keys[:40]}
    write_draw_file(tmp_path / "draw.csv", keys, pilot.__contains__)

    def right(key):
        return truth[key]

    for part, names in (("pilot", ["together.xlsx"]), ("rest", ["ann.xlsx", "ben.xlsx"])):
        output, code = run(
            "label", "sheet", "draw.csv", *names, "--part", part, data=published_data
        )
        assert code == 0, output
        for name in names:
            fill_workbook(tmp_path / name, right)
    output, code = run("label", "resolve", "draw.csv", "together.xlsx")
    assert code == 1
    assert "has no row; take its row from a fresh sheet" in output
    pilot_options = ["--part", "pilot", "--output", "pilot.csv"]
    assert run("label", "resolve", "draw.csv", "together.xlsx", *pilot_options)[1] == 0
    rest = ["draw.csv", "ann.xlsx", "ben.xlsx", "--part", "rest"]
    output, code = run("label", "agreement", *rest, data=published_data)
    assert code == 0, output
    assert "100.0%" in output
    assert "Questions to settle: 0" in output
    assert run("label", "resolve", *rest, "--settled", "pilot.csv")[1] == 0
    labels = raising(
        read_labels,
        tmp_path / "labels.csv",
        read_study(find_study()).taxonomy.categories,
        None,
    )
    assert [label.question_id for label in labels] == [key[1] for key in keys for _ in truth[key]]


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


def test_an_openly_coded_pilot_makes_a_taxonomy(run, tmp_path, monkeypatch):
    """A study without categories: names of the pilot are the categories of the rest."""
    data = write_warehouse(
        tmp_path / "data",
        [Post(k, title="t") for k in range(10)],
        {"own": range(10)},
        study="mine",
    )
    monkeypatch.setenv("STACKSTUDY_STUDY", str(own_study(tmp_path / "mine")))
    assert run("draw", "own", "--size", "all", data=data)[1] == 0
    output, _ = run("label", "sheet", "draw.csv", "pilot.xlsx", "--part", "pilot", data=data)
    assert "own has no categories yet; every name is taken" in output
    names = iter(["slow - at first", "unclear", "Slow - at first"])
    fill_workbook(tmp_path / "pilot.xlsx", lambda _: [next(names)])
    pilot = ["draw.csv", "pilot.xlsx", "--part", "pilot", "--output", "pilot.csv"]
    assert run("label", "resolve", *pilot)[1] == 0
    rest = ["--part", "rest", "--taxonomy", "pilot.csv"]
    assert run("label", "sheet", "draw.csv", "ann.xlsx", *rest, data=data)[1] == 0
    fill_workbook(tmp_path / "ann.xlsx", lambda _: ["slow - at fist"])
    output, code = run("label", "check", "draw.csv", "ann.xlsx", *rest)
    assert code == 1
    assert output.count("the nearest is 'slow - at first'") == 7
    fill_workbook(tmp_path / "ann.xlsx", lambda _: ["slow - at first"])
    output, code = run("label", "resolve", "draw.csv", "ann.xlsx", *rest)
    assert code == 0
    assert output == f"Labels: {tmp_path}/mine/labels.csv (7 labels of 7 questions)\n"
    assert len(read_study(tmp_path / "mine").labels) == 7
    output, code = run("label", "resolve", "draw.csv", "ann.xlsx", *rest)
    assert code == 1
    assert "mine/labels.csv: exists already and may hold labels" in output


def test_a_sample_of_another_study_is_refused(run, tmp_path):
    own_study(tmp_path / "mine")
    write_draw_file(tmp_path / "draw.csv", [("own", 1)])
    (tmp_path / "ann.csv").write_text(
        f"question_set,site,question_id,label_1\nown,{SITE},1,slow\n", "utf-8"
    )
    output, code = run("label", "check", "draw.csv", "ann.csv")
    assert code == 1
    assert "draw.csv: 'own' is no question set of the study deep_learning_deployment" in output
    assert run("label", "check", "draw.csv", "ann.csv", "--study", "mine")[1] == 0


def test_labels_of_a_study_that_ships_are_not_written_into_it(run, tmp_path, truth):
    keys = list(truth)[:1]
    write_draw_file(tmp_path / "draw.csv", keys)
    row = f"{keys[0][0]},{SITE},{keys[0][1]},{truth[keys[0]][0]}\n"
    (tmp_path / "ann.csv").write_text(f"question_set,site,question_id,label_1\n{row}", "utf-8")
    output, code = run("label", "resolve", "draw.csv", "ann.csv")
    assert code == 0
    assert output.startswith("Labels: labels.csv (1 labels of 1 questions)\nNote: put them into")
    assert not (find_study() / "labels.csv").exists()


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


def test_a_sheet_that_is_half_done(run, published_data, truth, tmp_path):
    keys = list(truth)[:30]
    write_draw_file(tmp_path / "draw.csv", keys)
    run("label", "sheet", "draw.csv", "ann.xlsx", "ben.xlsx", data=published_data)
    fill_workbook(tmp_path / "ann.xlsx", lambda key: truth[key])
    fill_workbook(tmp_path / "ben.xlsx", lambda key: truth[key] if key in keys[:20] else [])
    both = ["draw.csv", "ann.xlsx", "ben.xlsx"]
    output, code = run("label", "agreement", *both, data=published_data)
    assert code == 1
    assert "ben.xlsx: row 22: question" in output
    assert "(9 more: `stackstudy label check` lists all)" in output
    assert run("label", "check", *both)[0].count("has no label") == 10
    output, code = run("label", "agreement", *both, "--skip-unlabelled", data=published_data)
    assert code == 0
    assert "Left out, not labelled by every rater: 10 questions." in output
    output, code = run("label", "resolve", *both, "--skip-unlabelled")
    assert code == 0
    assert "of 20 questions" in output


@pytest.mark.parametrize(
    "case",
    [
        (["label", "agreement", "draw.csv", "draw.csv"], 2, "needs the sheets of two raters"),
        (["label", "check", "no.csv", "draw.csv"], 1, "no.csv: cannot be read"),
        (["label", "check", "draw.csv", "no.xlsx"], 1, "no.xlsx: cannot be read"),
        (["label", "check", "draw.csv", "draw.csv"], 1, "no column label_1"),
        (["label", "check", "draw.csv", "draw.csv", "--part", "pilot"], 1, "of the part pilot"),
        (["label", "sheet", "draw.csv", "a.pdf"], 1, "a.pdf: is neither .xlsx nor .csv"),
        (["label", "sheet", "draw.csv", "a.csv", "--taxonomy", "draw.csv"], 1, "no column inner"),
        (["label", "sheet", "draw.csv", "no/a.csv"], 1, "there is no folder no"),
        (["draw", "mobil"], 1, "no question set is named 'mobil'"),
        (["sample-size", "mobil"], 1, "no question set is named 'mobil'"),
    ],
)
def test_errors_are_one_line(run, published_data, truth, tmp_path, case):
    arguments, code, complaint = case
    write_draw_file(tmp_path / "draw.csv", list(truth)[:2])
    needs_data = arguments[-2:-1] != ["--part"] and arguments[1] != "check"
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
    for arguments in (["draw", "mobile"], ["sample-size"], ["label", "sheet", "draw.csv", "a.csv"]):
        output, code = run(*arguments, data=tmp_path / "none")
        assert code == 1
        assert "no database yet" in output
        assert output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["sheet", "draw.csv", "draw.csv", "--force"],
        ["sheet", "draw.csv", "new.xlsx", "new.xlsx"],
        ["agreement", "draw.csv", "ann.csv", "ann.csv"],
        ["agreement", "draw.csv", "ann.csv", "./ann.csv"],
        ["agreement", "draw.csv", "ann.csv", "ben.csv", "--conflicts", "ann.csv", "--force"],
        ["resolve", "draw.csv", "ann.csv", "ben.csv", "--output", "ben.csv", "--force"],
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
