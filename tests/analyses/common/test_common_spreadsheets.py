"""Tables come back from spreadsheets in many forms, and none of them changes a value."""

import codecs
import csv
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.common.spreadsheets import (
    MAX_CELL,
    Workbook,
    fitted,
    read_table,
    whole_number,
    write_csv,
    write_table,
    written_whole,
)
from loader.errors import LabellingError, StudyError

# Text that spreadsheets compute, convert or cannot hold.
MANGLED = [
    *("=1+1", '=HYPERLINK("http://x","y")', '=cmd|" /C calc"!A0', "+1", "-1", "- item"),
    *("@SUM(A1)", "\tx", "#N/A", "#REF!", "TRUE", "1e5", "007", "2019-01-02", "_x0041_", "_xf_"),
    *("_x_", "_x005F_", "a\rb", "a\r\nb", "\x00\x1f", "\ufffe", "'quoted", "]]>", "a;b,c\td"),
    *('"', "\u2028", "\U0001f600" * 20_000, "x" * 40_000, "https://a.b/c", "http://a b", "é漢"),
]


def units(text):
    """Length as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2


def decoded(text):
    """What a spreadsheet makes of a text: ECMA-376 part 1, 22.9.2.19 (openpyxl leaves it)."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def lines(path, *columns):
    return [tuple(line.values[c] for c in columns) for line in read_table(path, columns)]


@pytest.mark.parametrize("text", MANGLED)
def test_a_cell_of_a_workbook_is_the_text_and_never_a_formula(tmp_path, text):
    path = tmp_path / "t.xlsx"
    write_table(path, {"id": 5, "t": 40}, [[1, text]])
    cell = openpyxl.load_workbook(path).active["B2"]
    assert cell.data_type == "s"
    assert decoded(cell.value) == fitted(text)
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))


def test_what_excel_would_decode_is_escaped(tmp_path):
    path = tmp_path / "t.xlsx"
    write_table(path, {"t": 40}, [["a_x0041_b"]])
    with zipfile.ZipFile(path) as archive:
        assert b"a_x005F_x0041_b" in b"".join(map(archive.read, archive.namelist()))


@pytest.mark.parametrize("text", MANGLED)
def test_a_cell_of_a_csv_is_no_formula(tmp_path, text):
    path = tmp_path / "t.csv"
    write_csv(path, ["id", "t"], [[1, text]])
    with path.open(encoding="utf-8-sig", newline="") as file:
        ((_, value),) = list(csv.reader(file))[1:]
    assert not value.startswith(("=", "+", "-", "@", "\t"))
    assert value.removeprefix("'" if value != text else "") == fitted(text)[: len(value)]
    assert units(value) <= MAX_CELL


@given(st.text(max_size=50), st.integers(0, 40_000))
def test_fitted_text_fits(text, n):
    long = text + "\U0001f600" * n
    cut = fitted(long)
    assert units(cut) <= MAX_CELL
    if units(fitted(text)) + 2 * n <= MAX_CELL:
        assert cut == fitted(text) + "\U0001f600" * n
    else:
        assert cut.endswith("[cut here, at what a cell can hold]")
        assert units(cut) >= MAX_CELL - 1


VALUES = st.lists(
    st.tuples(
        st.integers(1, 2**40),
        st.text(
            st.characters(categories=["L", "N", "P", "Zs"]) | st.sampled_from('\n,;\t"'),
            max_size=20,
        ).map(str.strip),
    ),
    max_size=5,
)


@given(
    rows=VALUES,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    form=st.fixed_dictionaries(
        {
            "delimiter": st.sampled_from(",;\t"),
            "lineterminator": st.sampled_from(["\n", "\r\n"]),
            "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        }
    ),
    has_hint=st.booleans(),
    id_form=st.sampled_from(["{}", "{}.0", " {} "]),
)
def test_csv_is_read_in_whatever_form_it_was_saved(  # noqa: PLR0917 - drawn by hypothesis
    tmp_path_factory, rows, encoding, form, has_hint, id_form
):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        if has_hint:
            file.write(f"sep={form['delimiter']}{form['lineterminator']}")
        writer = csv.writer(file, **form)
        writer.writerow(["Question_ID ", "other", "t"])
        writer.writerows([id_form.format(key), "", text] for key, text in rows)
    found = [(whole_number(key), text) for key, text in lines(path, "question_id", "t")]
    assert found == [(key, text.strip()) for key, text in rows]


def test_a_workbook_gives_ids_back_as_they_were(tmp_path):
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["note for the reader"])
    sheet = book.create_sheet("questions")
    sheet.append(["question_id", "is_pilot", "label"])
    for row in ([1, True, "a"], [2.0, False, None], ["3.0", "x", " b "], [None, None, None], ["4"]):
        sheet.append(row)
    book.save(path)
    assert [
        (line.number, whole_number(line.values["question_id"]), line.values["label"])
        for line in read_table(path, ["question_id", "label"])
    ] == [(2, 1, "a"), (3, 2, ""), (4, 3, "b"), (6, 4, "")]


def test_a_wrong_dimension_hides_no_row(tmp_path):
    """Some programs write <dimension ref="A1"/> whatever the sheet holds."""
    path, odd = tmp_path / "t.xlsx", tmp_path / "odd.xlsx"
    write_table(path, {"id": 5}, [[1], [2]])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(odd, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(
                b'<dimension ref="A1:A3"', b'<dimension ref="A1:A1"'
            )
            target.writestr(name, content)
    assert lines(odd, "id") == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("12.0", 12),
        ("12.", 12),
        ("12.00", 12),
        ("3.9682394E+07", 39682394),
        ("1E3", 1000),
        ("9007199254740993", 9007199254740993),
        ("12.5", None),
        ("1.25E1", None),
        ("-1", None),
        ("1,234", None),
        ("²", None),
        ("", None),
        ("12 ", None),
        ("nan", None),
    ],
)
def test_whole_numbers(text, number):
    assert whole_number(text) == number


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "not a workbook")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("t.csv", b"", "row 1: no column question_id, label; the columns are question_id, label"),
        (
            "t.csv",
            b"question_id;x\n1;2\n",
            "row 1: no column label; the columns are question_id, label",
        ),
        ("t.csv", b"label,question_id,Label\n", "row 1: column label is there twice; keep one"),
        ("t.csv", "question_id,label\n1,é\n".encode("latin-1"), "is not UTF-8; save it as xlsx"),
        ("t.csv", codecs.BOM_UTF16_LE + b"x", "is not UTF-8; save it as xlsx"),
        ("t.csv", b'question_id,label\n1,"open\n', "is not CSV"),
        ("t.xlsx", b"", "cannot be read as xlsx"),
        ("t.xlsx", b"question_id,label\n", "cannot be read as xlsx"),
        ("t.xlsx", zipped, "cannot be read as xlsx"),
        ("t.xls", b"", "is neither .xlsx nor .csv"),
        ("t.ods", b"", "is neither .xlsx nor .csv"),
        ("t.csv", None, "cannot be read (No such file or directory)"),
        ("t.xlsx", None, "cannot be read (No such file or directory)"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, name, content, complaint):
    path = tmp_path / name
    if callable(content):
        content(path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(LabellingError) as caught:
        read_table(path, ["question_id", "label"])
    message = str(caught.value)
    assert message.startswith(str(path))
    assert complaint in message
    assert "\n" not in message


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "t.csv"

    def write(text, *, force=False, fails=False):
        with written_whole(path, force=force) as aside:
            aside.write_text(text)
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        write("half", fails=True)
    assert not list(tmp_path.iterdir())
    write("first")
    with pytest.raises(LabellingError, match=r"exists already and may hold labels; .* --force"):
        write("second")
    assert path.read_text() == "first"
    with pytest.raises(RuntimeError):
        write("half", force=True, fails=True)
    assert path.read_text() == "first"
    write("second", force=True)
    assert path.read_text() == "second"
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with (
        pytest.raises(LabellingError, match="there is no folder"),
        written_whole(tmp_path / "no" / "t.csv", force=True),
    ):
        pass


def test_a_value_right_of_the_last_column_is_kept_apart(tmp_path):
    """An unquoted comma: the row has a value more than the header."""
    path = tmp_path / "t.csv"
    path.write_text("id,note\n1,one, two\n2,three,,\n")
    assert [(dict(line.values), line.surplus) for line in read_table(path, ["id"])] == [
        ({"id": "1", "note": "one"}, ("two",)),
        ({"id": "2", "note": "three"}, ()),
    ]


@pytest.mark.parametrize("name", ["notes", "Note_", "nte"])
def test_a_column_that_was_meant_for_a_missing_one_is_refused(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(f"id,{name},rater\n1,x,ann\n")
    with pytest.raises(StudyError, match=f"no column is named '{name.lower()}'; did you mean note"):
        read_table(path, ["id"], ["note"], StudyError)
    assert len(read_table(path, ["id"])) == 1


def test_sheets_are_named_apart_within_what_a_name_may_be(tmp_path):
    book = Workbook()
    for _ in range(3):
        book.sheet("Q" * 40, {"a": None}).append([1])
    book.sheet("q" * 31, {"a": None})
    book.save(tmp_path / "t.xlsx")
    names = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert names == ["Q" * 31, "Q" * 27 + " (2)", "Q" * 27 + " (3)", "q" * 27 + " (4)"]
