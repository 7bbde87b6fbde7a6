"""What is kept on disk, where, and what is done about files that nobody of ours wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from explorer.cache import store
from explorer.cache.store import folder, kept, key_of, makers


def identity(value: Any) -> Any:
    return value


def never() -> Any:
    raise AssertionError("made again")


def keep(value: Any) -> Any:
    return kept("test", key_of([b"key"]), identity, lambda: value, identity)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEALRACE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def the_file(cache: Path) -> Path:
    (found,) = cache.iterdir()
    return found


def signed(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode() + b"\n" + content


def test_a_result_is_made_once(cache: Path) -> None:
    assert keep([1, "two"]) == [1, "two"]
    assert kept("test", key_of([b"key"]), identity, never, identity) == [1, "two"]
    assert (cache.stat().st_mode & 0o777, the_file(cache).stat().st_mode & 0o777) == (0o700, 0o600)
    assert json.loads(the_file(cache).read_bytes().partition(b"\n")[2]) == [1, "two"]


def test_another_key_or_kind_is_another_result(cache: Path) -> None:
    keep(1)
    assert kept("test", key_of([b"ke", b"y"]), identity, lambda: 2, identity) == 2
    assert kept("other", key_of([b"key"]), identity, lambda: 3, identity) == 3
    assert len(list(cache.iterdir())) == 3


def test_an_error_is_not_kept(cache: Path) -> None:
    def make() -> None:
        raise ValueError("no result")

    with pytest.raises(ValueError, match="no result"):
        kept("test", key_of([b"key"]), identity, make, identity)
    assert not cache.exists()


def test_the_folder_is_the_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEALRACE_CACHE", "here")
    assert folder() == Path("here")
    monkeypatch.setenv("SEALRACE_CACHE", "")
    assert folder() is None
    monkeypatch.delenv("SEALRACE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/else/where")
    assert folder() == Path("/else/where/sealrace")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert folder() == tmp_path / ".cache" / "sealrace"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert folder() == tmp_path / ".cache" / "sealrace"


def test_nothing_is_written_where_it_is_turned_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEALRACE_CACHE", "")
    assert (keep(1), keep(2)) == (1, 2)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEALRACE_CACHE", str(tmp_path / "file" / "cache"))
    assert (keep(1), keep(2)) == (1, 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: b"",
        lambda stored: stored[:-1],
        lambda stored: stored[: len(stored) // 2],
        lambda stored: stored + b" ",
        lambda stored: stored.replace(b"two", b"owt"),
        lambda stored: b"\xff" * 100,
        lambda stored: signed(b"no json"),
        lambda stored: signed(b"\xff"),
        lambda stored: signed(b"[" * 1_000_000),
    ],
    ids=["empty", "cut", "half", "longer", "changed", "binary", "signed text", "signed bytes", "signed nesting"],
)
def test_a_damaged_file_is_made_again(cache: Path, damage: Callable[[bytes], bytes]) -> None:
    keep([1, "two"])
    path = the_file(cache)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert keep([1, "two"]) == [1, "two"]
    assert the_file(cache).read_bytes() == whole


def test_a_file_that_is_too_large_is_not_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(1)
    monkeypatch.setattr(store, "MAX_BYTES", 10)
    assert keep(2) == 2


def test_a_pipe_or_folder_in_place_of_a_file_is_not_waited_for(cache: Path) -> None:
    keep(1)
    path = the_file(cache)
    path.unlink()
    os.mkfifo(path)
    assert keep(2) == 2
    path.unlink(missing_ok=True)
    path.mkdir()
    assert keep(3) == 3
    assert [each.name for each in cache.iterdir()] == [path.name], "no half-written file stays"


def test_what_cannot_be_written_as_json_is_not_kept(cache: Path) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert kept("test", key_of([b"key"]), identity, lambda: deep, identity) is deep
    assert not cache.exists()


def test_the_oldest_files_of_a_kind_go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_FILES", 3)
    kept("other", key_of([b"0"]), identity, lambda: 0, identity)
    names = []
    for number in range(5):
        key = key_of([b"%d" % number])
        kept("test", key, identity, lambda: 0, identity)
        path = cache / f"test-{key}.json"
        os.utime(path, (number, number))
        names.append(path.name)
    left = {path.name for path in cache.iterdir()}
    assert left >= {f"other-{key_of([b'0'])}.json", *names[3:]}
    assert not left & set(names[:2])


def test_the_parts_of_a_key_are_kept_apart() -> None:
    assert len({key_of([b"ab", b"c"]), key_of([b"a", b"bc"]), key_of([b"abc"]), key_of([b"abc", b""])}) == 4


def test_what_makes_a_result_belongs_to_its_key(tmp_path: Path) -> None:
    (tmp_path / "parser.py").write_text("one", encoding="utf-8")
    found = makers(str(tmp_path / "here.py"), "parser.py")
    assert found is not None
    assert b"one" in found
    assert makers(str(tmp_path / "here.py"), "missing.py") is None
