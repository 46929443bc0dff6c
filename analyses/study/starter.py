"""New study folders: a starter with comments that explain it, or a copy of another study."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from analyses.study.sets import RESERVED
from analyses.study.study import FILE, read_study
from loader.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analyses.study.study import Study

EXAMPLE_TAG: Final = "docker"
"""The starter's tag if none is given."""


def starter(folder: Path, tags: Sequence[str]) -> dict[str, bytes]:
    """Return the files of a study of some tags, by name."""
    tags = list(dict.fromkeys(tag.lower() for tag in tags)) or [EXAMPLE_TAG]
    base = re.sub(r"[^a-z0-9]+", "_", tags[0]).strip("_")
    if not re.match("[a-z]", base) or base in RESERVED or base.startswith(("int_", "stg_")):
        base = f"about_{base}".rstrip("_")
    label = re.sub(r"(?<=\w)-(?=\w)", " ", tags[0])
    text = Template(Path(__file__).with_suffix(".yml").read_text("utf-8")).substitute(
        folder=folder,
        name=folder.resolve().name,
        subject=", ".join(tags),
        base=base,
        label=_quoted(label[:1].upper() + label[1:]),
        tags=", ".join(map(_quoted, tags)),
    )
    return {FILE: text.encode()}


def copied(study: Study, folder: Path) -> dict[str, bytes]:
    """Return the files of a study under another folder's name."""
    files = {name: (study.folder / name).read_bytes() for name in study.files}
    is_utf_16 = files[FILE].startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = files[FILE].decode("utf-16" if is_utf_16 else "utf-8-sig")
    own = re.compile(rf"^study:\s*(['\"]?){study.name}\1(?=\s|$)", re.MULTILINE)
    return files | {FILE: own.sub(f"study: {folder.resolve().name}", text, count=1).encode()}


def write_new(folder: Path, files: Mapping[str, bytes]) -> Study:
    """Write the files of a new study, and read it.

    Raises
    ------
    StudyError
        When one of the files exists already, or the folder's name cannot name a study; nothing
        is left behind then.
    """
    for name in files:
        if (folder / name).exists():
            raise StudyError(
                f"{folder / name}: exists already and stays as it is; name another folder"
            )
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            written.append(folder / name)
            written[-1].write_bytes(content)
        return read_study(folder)
    except BaseException:
        with suppress(OSError):  # what could not be made cannot be removed
            for path in written:
                path.unlink(missing_ok=True)
            for one in made:
                one.rmdir()
        raise


def _quoted(text: str) -> str:
    """Write a text for YAML: in quotes, unless it is letters and hyphens."""
    is_plain = re.fullmatch("[A-Za-z][A-Za-z -]+", text) and text.lower() not in {
        *("true", "false", "yes", "no", "on", "off", "null"),
    }
    return text if is_plain else '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
