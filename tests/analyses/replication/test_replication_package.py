"""The package is found zipped, unpacked or in a clone; what is wrong with it is one line."""

from __future__ import annotations

import os
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from analyses.replication.package import FILES, POSTS, RESULTS, find_package
from analyses.replication.questions import read_sets
from loader.errors import PackageError

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.replication.package import Package
    from tests.analyses.replication.conftest import Unpacked


def archives_in(folder: Path, package_folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path in package_folder.glob("*.zip"):
        shutil.copy(path, folder)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(PackageError) as caught:
        read_sets(find_package(folder))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_every_file_is_found_in_the_published_archives(package: Package) -> None:
    assert set(package) == set(FILES)
    sizes = {name: len(package[name].read()) for name in FILES}
    # as `unzip -l` lists them
    assert sizes == {
        "dl_server_post.txt": 5_021_334,
        "dl_mobile_post.txt": 5_277_953,
        "dl_browser_post.txt": 579_197,
        "post_trend.csv": 138,
        "user_trend.csv": 135,
        "response_time.xlsx": 595_073,
        "category.xlsx": 28_369,
    }


def test_unpacked_folders_do_as_well_and_a_macs_leavings_do_no_harm(
    package: Package, unpacked: Unpacked
) -> None:
    assert (unpacked.folder / "__MACOSX" / "Results").is_dir()
    found = unpacked.find()
    for name in FILES:
        assert found[name].inside is None
        assert found[name].read() == package[name].read()


def test_archives_deep_in_a_clone_are_found_and_the_higher_ones_win(
    package_folder: Path, tmp_path: Path
) -> None:
    deep = archives_in(tmp_path / "clone" / "data" / "raw", package_folder)
    assert find_package(tmp_path / "clone")["category.xlsx"].path == deep / "Results.zip"
    high = archives_in(tmp_path / "clone" / "z", package_folder)
    assert find_package(tmp_path / "clone")["category.xlsx"].path == high / "Results.zip"


def test_what_git_keeps_is_not_the_package(package_folder: Path, tmp_path: Path) -> None:
    archives_in(tmp_path / ".git", package_folder)
    assert f"neither `{POSTS}.zip` nor a folder `{POSTS}` is in it" in refusal(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'}: no such folder; give the folder" in refusal(
        tmp_path / "nowhere"
    )


def test_an_archive_is_not_the_folder(package_folder: Path) -> None:
    assert "Results.zip: is not a folder" in refusal(package_folder / "Results.zip")


@pytest.mark.parametrize("part", [POSTS, RESULTS])
def test_an_archive_is_missing(part: str, package_folder: Path, tmp_path: Path) -> None:
    archives_in(tmp_path, package_folder)
    (tmp_path / f"{part}.zip").unlink()
    assert f"neither `{part}.zip` nor a folder `{part}`" in refusal(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_missing(name: str, unpacked: Unpacked) -> None:
    unpacked.path(name).unlink()
    assert f"{FILES[name]}: holds no {name}; get the package again" in refusal(unpacked.folder)


def test_an_archive_that_is_cut_off(package_folder: Path, tmp_path: Path) -> None:
    archives_in(tmp_path, package_folder)
    path = tmp_path / f"{POSTS}.zip"
    os.truncate(path, path.stat().st_size // 2)
    assert f"{path}: is not a whole zip archive" in refusal(tmp_path)


def test_a_damaged_archive(package_folder: Path, tmp_path: Path) -> None:
    archives_in(tmp_path, package_folder)
    path = tmp_path / f"{POSTS}.zip"
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(f"{POSTS}/dl_mobile_post.txt").header_offset
    with path.open("r+b") as file:
        file.seek(start + 500_000)
        file.write(b"\0" * 1000)
    message = refusal(tmp_path)
    assert message.startswith(f"{path}: {POSTS}/dl_mobile_post.txt: is damaged (")


def test_something_else_that_is_called_so(package_folder: Path, tmp_path: Path) -> None:
    archives_in(tmp_path, package_folder)
    (tmp_path / f"{RESULTS}.zip").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "Results.zip: is not a whole zip archive (File is not a zip file)" in refusal(tmp_path)
