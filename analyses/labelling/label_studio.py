"""Label Studio, both ways: tasks with a configuration made from the codebook, and annotations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

from analyses.common.spreadsheets import written_whole
from analyses.labelling.ratings import Said, of_said
from analyses.labelling.rendering import safe_comment, safe_html
from analyses.study.labels import SEPARATOR
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.posts import Post, PostKey, Thread
    from analyses.labelling.ratings import Rating, Ratings, Task
    from analyses.labelling.sample import QuestionKey, SampledQuestion
    from analyses.study.labels import Category, Taxonomy

_LABELS, _NOTE, _TEXT = "labels", "note", "question"
"""Names of the controls and of what they are about, in the configuration and its annotations."""
_KEY: Final = ("question_set", "site", "question_id")


def write_tasks(  # noqa: PLR0913, PLR0917 - a sample and all that is known of it
    path: Path,
    questions: Sequence[SampledQuestion],
    threads: Mapping[PostKey, Thread],
    taxonomy: Taxonomy,
    task: Task,
    said: Mapping[QuestionKey, Rating],
    *,
    force: bool = False,
) -> list[Path]:
    """Write the tasks of each set as JSON, and its labelling configuration beside it as XML.

    Parameters
    ----------
    path : Path
        Of a sample of several sets, the name of a set is put behind that of the file.
    said : mapping
        What a rater said so far; Label Studio shows it as a prediction.

    Returns
    -------
    list of Path
        The files.
    """
    if path.suffix.lower() != ".json":
        raise LabellingError(f"{path}: tasks are JSON; let its name end in .json")
    sets = list(dict.fromkeys(one.question_set for one in questions))
    files = []
    for name in sets:
        own = path if len(sets) == 1 else path.with_name(f"{path.stem}-{name}{path.suffix}")
        choices = task.choices(taxonomy, name)
        tasks = [
            _task(one, threads[one.site, one.question_id], said.get(one.key))
            for one in questions
            if one.question_set == name
        ]
        configuration = _configuration(choices, is_one_choice=task.name == "decide")
        text = json.dumps(tasks, ensure_ascii=False, indent=1)
        for file, content in ((own, text), (own.with_suffix(".xml"), configuration)):
            with written_whole(file, force=force) as staged:
                staged.write_text(content + "\n", encoding="utf-8")
            files.append(file)
    return files


def read_annotations(
    path: Path, questions: Sequence[SampledQuestion], taxonomy: Taxonomy, annotator: str | None
) -> Ratings:
    """Read the annotations of one person from Label Studio's JSON export.

    Parameters
    ----------
    annotator : str or None
        Number or e-mail of the person (`completed_by`); None where there is one alone. Their last
        annotation of a question counts.

    Raises
    ------
    LabellingError
        When the file is no such export, or holds the annotations of several people and
        `annotator` names none of them.
    """
    try:
        tasks = json.loads(path.read_text("utf-8"))
        found = list(_annotations(path, tasks))
    except OSError as error:
        raise LabellingError(
            f"{path}: cannot be read ({error.strerror}); check its name"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LabellingError(
            f"{path}: is no JSON export of Label Studio whose tasks `stackstudy label export` wrote"
            f" ({type(error).__name__}: {error}); choose JSON, not JSON-MIN, when you export"
        ) from error
    _check_annotator(path, {by for _, by in found}, annotator)
    last = {one.key: one for one, by in found if annotator in {None, by}}
    return of_said(path, last.values(), questions, taxonomy)


def _check_annotator(path: Path, people: set[str], annotator: str | None) -> None:
    if annotator is None and len(people) > 1:
        raise LabellingError(
            f"{path}: has annotations by {', '.join(sorted(people))}; name one with --annotator"
        )
    if annotator is not None and annotator not in people:
        there = ", ".join(sorted(people)) or "none"
        raise LabellingError(f"{path}: has no annotation by {annotator}; there are {there}")


def _task(one: SampledQuestion, thread: Thread, rating: Rating | None) -> dict[str, Any]:
    data = dict(zip(_KEY, one.key, strict=True))
    task: dict[str, Any] = {
        "data": {
            **data,
            "is_pilot": one.is_pilot,
            "title": thread.title,
            "url": f"https://{one.site}/questions/{one.question_id}",
            "text": _rendered(thread),
        }
    }
    if rating:
        about = {"from_name": _LABELS, "to_name": _TEXT}
        paths = [
            [part for part in (each.inner_category, each.leaf_category) if part]
            for each in rating.labels
        ]
        result = [{**about, "type": "taxonomy", "value": {"taxonomy": paths}}]
        if rating.note:
            note = {"from_name": _NOTE, "to_name": _TEXT, "type": "textarea"}
            result.append({**note, "value": {"text": [rating.note]}})
        task["predictions"] = [{"model_version": "stackstudy", "result": result}]
    return task


def _rendered(thread: Thread) -> str:
    """Return question and answers as HTML that executes and loads nothing."""

    def shown(post: Post) -> str:
        comments = "".join(
            f"<li>{safe_comment(one.text, thread.site)}</li>" for one in post.comments
        )
        body = safe_html(post.body, thread.site, thread.tags)
        return f"{body}<ul>{comments}</ul>" if comments else str(body)

    parts = [
        f"<h1>{safe_comment(thread.title, thread.site)}</h1>",
        f"<p>{' '.join(thread.tags)}</p>",
        shown(thread.question),
    ]
    for post in thread.answers:
        kind = "Accepted answer" if post.is_accepted else "Answer"
        score = "" if post.score is None else f", score {post.score}"
        parts.append(f"<hr><h2>{kind}{score}</h2>{shown(post)}")
    return "\n".join(parts)


def _configuration(choices: Sequence[Category], *, is_one_choice: bool) -> str:
    most = ' maxUsages="1"' if is_one_choice else ""
    lines = [
        "<View>",
        f'  <HyperText name="{_TEXT}" value="$text" clickableLinks="true"/>',
        f'  <Taxonomy name="{_LABELS}" toName="{_TEXT}" leafsOnly="true" required="true"{most}>',
    ]
    inner = list(dict.fromkeys(one.inner_category for one in choices))
    for name in inner:
        leaves = [one for one in choices if one.inner_category == name]
        if all(not one.leaf_category for one in leaves):
            lines.append(f"    <Choice value={quoteattr(name)}{_hint(leaves[0])}/>")
            continue
        lines.append(f"    <Choice value={quoteattr(name)}>")
        for one in leaves:
            value = quoteattr(one.leaf_category or name)
            lines.append(f"      <Choice value={value}{_hint(one)}/>")
        lines.append("    </Choice>")
    return "\n".join(
        [
            *lines,
            "  </Taxonomy>",
            f'  <TextArea name="{_NOTE}" toName="{_TEXT}" placeholder="Note" maxSubmissions="1"/>',
            "</View>",
        ]
    )


def _hint(one: Category) -> str:
    return f" hint={quoteattr(one.description)}" if one.description else ""


def _annotations(path: Path, tasks: Any) -> Iterator[tuple[Said, str]]:
    """Yield what each annotation says, and who said it; the last ones of a question come last."""
    for number, task in enumerate(tasks, start=1):
        question_set, site, question_id = (task["data"][name] for name in _KEY)
        key = (question_set, site, int(question_id))
        for one in sorted(task["annotations"], key=lambda one: str(one.get("updated_at", ""))):
            if one.get("was_cancelled"):
                continue
            by = one.get("completed_by", "")
            by = by.get("email") or by["id"] if isinstance(by, dict) else by
            labels, note = list(_labels(one["result"])), _note(one["result"])
            yield Said(f"{path}: task {number}", key, labels, note), str(by)


def _labels(result: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in result:
        if one.get("from_name") != _LABELS:
            continue
        value = one["value"]
        for path in value.get("taxonomy", ()):
            inner, *leaf = path
            yield SEPARATOR.join([inner, *(each for each in leaf if each != inner)])
        yield from value.get("choices", ())


def _note(result: Sequence[Mapping[str, Any]]) -> str:
    texts = (one["value"]["text"] for one in result if one.get("from_name") == _NOTE)
    return "; ".join(part for text in texts for part in ([text] if isinstance(text, str) else text))
