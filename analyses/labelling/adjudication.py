"""Adjudication: from the sheets of several raters to the labels of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.labelling.agreement import conflicts, labelled_by_all, pending
from analyses.labelling.ratings import name_raters
from analyses.labelling.sheet import SheetRow
from analyses.study.labels import Label
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analyses.labelling.posts import QuestionText
    from analyses.labelling.ratings import Rating, Ratings
    from analyses.labelling.sample import QuestionKey, SampledQuestion


def to_adjudicate(
    sheets: Sequence[Ratings], questions: Sequence[SampledQuestion]
) -> list[SampledQuestion]:
    """Return the questions to settle: labelled differently, or left pending by all raters."""
    keys = {*conflicts(sheets), *pending(sheets)}
    return [question for question in questions if question.key in keys]


def conflict_rows(
    sheets: Sequence[Ratings], questions: Sequence[SampledQuestion], texts: Sequence[QuestionText]
) -> list[SheetRow]:
    """Return the rows of the sheet of conflicts, with what each rater said."""
    names = name_raters(sheets)
    return [
        SheetRow(question, text, _said(names, sheets, question.key))
        for question, text in zip(questions, texts, strict=True)
    ]


def adjudicate(
    sheets: Sequence[Ratings],
    questions: Sequence[SampledQuestion],
    adjudicated: Ratings | None = None,
) -> list[Label]:
    """Make the labels of a study.

    Parameters
    ----------
    sheets : sequence of Ratings
        One per rater; a single sheet is one that the raters filled together.
    questions : sequence of SampledQuestion
        Gives the order.
    adjudicated : Ratings, optional
        The sheet of conflicts, filled. It counts only where raters did not agree, or all left a
        question pending.

    Returns
    -------
    list of Label
        One for each label of each question that all raters labelled.

    Raises
    ------
    LabellingError
        When a conflict is not resolved; the message names the first and the number of others.
    """
    settled = adjudicated.by_question if adjudicated else {}
    open_keys = conflicts(sheets)
    unresolved = [key for key in open_keys if key not in settled]
    if unresolved:
        raise _unresolved(unresolved, sheets, adjudicated)
    final = {key: sheets[0].by_question[key] for key in labelled_by_all(sheets)}
    notes = {key: _joined_notes(sheet.by_question[key] for sheet in sheets) for key in final}
    for key in (*open_keys, *pending(sheets)):
        final[key] = settled.get(key, final[key])
        notes[key] = final[key].note or notes[key]
    return [
        Label(*key, one.inner_category, one.leaf_category, notes[key])
        for key in (question.key for question in questions)
        if key in final
        for one in final[key].labels
    ]


def _unresolved(
    keys: Sequence[QuestionKey], sheets: Sequence[Ratings], adjudicated: Ratings | None
) -> LabellingError:
    more = f" ({len(keys) - 1} more)" if len(keys) > 1 else ""
    question_set, _, question_id = keys[0]
    if adjudicated is not None and keys[0] in adjudicated.unlabelled:
        return LabellingError(adjudicated.unlabelled[keys[0]] + more)
    where = ", ".join(str(sheet.path) for sheet in sheets)
    return LabellingError(
        f"{where}: question {question_id} of {question_set} is labelled differently{more};"
        " settle it in the sheet that `stackstudy label agreement --conflicts FILE` writes,"
        " and give that with --resolved"
    )


def merged(settled: Sequence[Label], labels: Sequence[Label]) -> list[Label]:
    """Put labels that were settled earlier, such as a pilot's, before new ones.

    Raises
    ------
    LabellingError
        When a question has labels in both.
    """
    known = {label.question for label in settled}
    for label in labels:
        if label.question in known:
            raise LabellingError(
                f"question {label.question_id} of {label.question_set} is settled already and"
                " labelled again; choose the other part with --part, or leave out --settled"
            )
    return [*settled, *labels]


def _said(names: Sequence[str], sheets: Sequence[Ratings], key: QuestionKey) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, sheet in zip(names, sheets, strict=True):
        rating = sheet.by_question.get(key)
        labels = [label.name for label in rating.labels] if rating else []
        said[f"labels of {name}"] = " + ".join(labels)
        said[f"note of {name}"] = rating.note if rating else ""
    return said


def _joined_notes(ratings: Iterable[Rating]) -> str:
    return "; ".join(dict.fromkeys(rating.note for rating in ratings if rating.note))
