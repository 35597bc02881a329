"""Archives as a stream of files, whatever they come in."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.errors import PathNotFound, Problem
from mutuals.sources import streams
from mutuals.sources.files import Damaged, SourceFile, place_name, walk
from mutuals.sources.streams import zstd

BIG = bytes(range(256)) * 1024  # 256 KiB: more than a head


def files_of(path: Path) -> dict[str, bytes]:
    """Names and bytes of every file, each opened once and in turn."""
    found = {}
    for item in walk(path):
        assert isinstance(item, SourceFile), item
        with item.open() as stream:
            found[item.name] = stream.read()
        assert found[item.name].startswith(item.head)
    return found


def problems_of(path: Path) -> list[Problem]:
    """The problems that a walk gives."""
    return [item for item in walk(path) if isinstance(item, Problem)]


def tar_bytes(members: dict[str, bytes], mtime: int = 1_600_000_000) -> bytes:
    """A tar of these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), mtime
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".zst": lambda data: zstd.compress(data),
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    "": lambda data: data,
}


@pytest.mark.parametrize("ending", PACKERS)
def test_one_compressed_file_is_read_as_what_it_holds(tmp_path: Path, ending: str) -> None:
    """A compression is taken off the bytes and off the name."""
    path = tmp_path / f"bees.json{ending}"
    path.write_bytes(PACKERS[ending](BIG))

    assert {"bees.json": BIG} == files_of(path)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_tar_gives_its_members_in_order(tmp_path: Path, ending: str) -> None:
    """A tar is read member by member, compressed or not."""
    path = tmp_path / f"village.tar{ending}"
    path.write_bytes(PACKERS[ending](tar_bytes({"b/two.json": BIG, "./a.json": b"{}", "empty": b""})))

    assert ["b/two.json", "a.json", "empty"] == list(files_of(path))
    assert {"b/two.json": BIG, "a.json": b"{}", "empty": b""} == files_of(path)


def test_a_folder_is_walked_in_order_of_name(tmp_path: Path) -> None:
    """Hidden files stay out, maildir names stay in, archives inside are opened."""
    for name in ("b.txt", "a/z.txt", ".hidden", ".git/x", ".Sent/cur/1234:2,S", "new/99.h:2,", ".Sent/.uid"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "a" / "in.zip").write_bytes(zip_bytes({"deep/x.json": b"1"}))

    names = [".Sent/cur/1234:2,S", "a/in.zip/deep/x.json", "a/z.txt", "b.txt", "new/99.h:2,"]
    assert names == list(files_of(tmp_path))


def test_a_plain_file_says_where_it_lies(tmp_path: Path) -> None:
    """Only a file that is read as it lies on disk has a path."""
    (tmp_path / "a.json").write_bytes(BIG)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(BIG))

    assert [tmp_path / "a.json", None] == [f.path for f in walk(tmp_path) if isinstance(f, SourceFile)]


def test_where_shows_each_container(tmp_path: Path) -> None:
    """A person can find the file again: `!/` stands at each container."""
    path = tmp_path / "backup.zip"
    path.write_bytes(zip_bytes({"posts.tar.gz": gzip.compress(tar_bytes({"bees.json": b"{}"}))}))

    (item,) = walk(path)

    assert f"{path.as_posix()}!/posts.tar.gz!/bees.json" == item.where
    assert isinstance(item, SourceFile)
    assert ("posts.tar.gz/bees.json", "backup.zip") == (item.name, item.root)


def test_a_file_can_be_opened_late_and_again(tmp_path: Path) -> None:
    """Opening is cheap once and in turn, and right at any time."""
    inner = zip_bytes({"x": BIG, "y": BIG[::-1]})
    path = tmp_path / "v.tar.zst"
    path.write_bytes(zstd.compress(tar_bytes({"one": BIG, "two.zip": inner, "three": BIG[5:]})))

    items = [item for item in walk(path) if isinstance(item, SourceFile)]

    assert [BIG, BIG, BIG[::-1], BIG[5:]] == [item.open().read() for item in items]
    assert [BIG, BIG, BIG[::-1], BIG[5:]] == [item.open().read() for item in items]


def test_times_come_from_the_member(tmp_path: Path) -> None:
    """A member's own time counts; a zip that knows none falls back to the file's."""
    (tmp_path / "t.tar").write_bytes(tar_bytes({"a": b"a"}))
    (tmp_path / "z.zip").write_bytes(zip_bytes({"b": b"b"}))
    with zipfile.ZipFile(tmp_path / "zz.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("c"), b"c")
    os.utime(tmp_path / "zz.zip", (1_500_000_000, 1_500_000_000))

    times = [datetime.fromtimestamp(1_600_000_000, UTC), datetime(2020, 5, 6, 7, 8, 10, tzinfo=UTC)]
    times.append(datetime.fromtimestamp(1_500_000_000, UTC))
    assert times == [item.modified for item in walk(tmp_path) if isinstance(item, SourceFile)]


@pytest.mark.parametrize("name", ["../up", "/etc/x", "a/../../b", "C:\\x", "a\\..\\b"])
def test_a_member_that_leads_out_is_a_problem(tmp_path: Path, name: str) -> None:
    """Paths that leave the archive are not read, and the rest is."""
    (tmp_path / "t.tar").write_bytes(tar_bytes({name: b"x", "good": b"g"}))
    (tmp_path / "z.zip").write_bytes(zip_bytes({name: b"x", "good": b"g"}))

    items = list(walk(tmp_path))

    assert ["unsafe-path", "unsafe-path"] == [item.kind for item in items if isinstance(item, Problem)]
    assert ["t.tar/good", "z.zip/good"] == [item.name for item in items if isinstance(item, SourceFile)]


def test_devices_and_links_out_are_problems(tmp_path: Path) -> None:
    """A tar's devices and links that leave it are named, links inside it are passed over."""
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        for name, kind, target in (
            ("dev", tarfile.CHRTYPE, ""),
            ("out", tarfile.SYMTYPE, "../../x"),
            ("in", tarfile.SYMTYPE, "good"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)

    assert ["unsafe-path", "unsafe-path"] == [problem.kind for problem in problems_of(tmp_path / "t.tar")]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A link that leaves the folder is a remark, one that stays is passed over, also a loop."""
    (tmp_path / "out.txt").write_text("x")
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "loop").symlink_to(folder)
    (folder / "out").symlink_to(tmp_path / "out.txt")

    items = list(walk(folder))

    assert ["a.txt", "unsafe-path"] == [i.name if isinstance(i, SourceFile) else i.kind for i in items]


@pytest.mark.parametrize("ending", [".zst", ".gz", ".bz2", ".xz"])
def test_a_cut_archive_gives_what_it_has_and_a_problem(tmp_path: Path, ending: str) -> None:
    """What comes before the damage is read, and the damage is told."""
    noise = os.urandom(200_000)
    packed = PACKERS[ending](tar_bytes({"one": noise[:1000], "two": noise}))
    (tmp_path / "a.tar").with_suffix(f".tar{ending}").write_bytes(packed[: len(packed) * 2 // 3])
    (tmp_path / "z.txt").write_text("still here")

    items = list(walk(tmp_path))

    assert {"unreadable"} == {item.kind for item in items if isinstance(item, Problem)}
    assert "z.txt" == items[-1].name if isinstance(items[-1], SourceFile) else ""


def test_damage_in_one_member_leaves_the_others(tmp_path: Path) -> None:
    """A zip with one broken member loses that one only."""
    data = zip_bytes({"bad": BIG[:1000], "good": b"g"})
    (tmp_path / "z.zip").write_bytes(data[:60] + b"\xff" * 30 + data[90:])

    items = list(walk(tmp_path / "z.zip"))

    assert ["unreadable", "good"] == [i.name if isinstance(i, SourceFile) else i.kind for i in items]


def test_a_bomb_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes out is counted while it comes out, in one file and over many members."""
    monkeypatch.setattr(streams, "FREE_BYTES", 1_000_000)
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(3_000_000)))
    (tmp_path / "b.zip").write_bytes(zip_bytes({f"m{n}": bytes(500_000) for n in range(9)}))

    kinds = []
    for item in walk(tmp_path):
        if isinstance(item, Problem):
            kinds.append(item.kind)
            continue
        try:
            with item.open() as stream:
                while stream.read(HEAD_STEP):
                    pass
        except Damaged as error:
            kinds.append(error.kind)

    assert {"too-large"} == set(kinds)
    assert 2 <= len(kinds)


HEAD_STEP = 65536


def test_nesting_has_an_end(tmp_path: Path) -> None:
    """Three archives deep are opened, the fourth is a problem."""
    data = b"core"
    for name in ("d", "c.tar", "b.tar", "a.tar"):
        data = tar_bytes({name: data})
    (tmp_path / "x.tar").write_bytes(data)
    (tmp_path / "y.tar").write_bytes(tar_bytes({"b.tar": tar_bytes({"c.tar": tar_bytes({"d": b"core"})})}))

    items = list(walk(tmp_path))

    assert ["too-large", "y.tar/b.tar/c.tar/d"] == [i.kind if isinstance(i, Problem) else i.name for i in items]


def test_a_missing_path_is_said_at_once(tmp_path: Path) -> None:
    """A wrong path is the person's to put right, before anything is read."""
    with pytest.raises(PathNotFound, match="nothing at"):
        walk(tmp_path / "nowhere")


def test_an_encrypted_member_is_a_problem(tmp_path: Path) -> None:
    """What needs a password is not silently left out."""
    data = bytearray(zip_bytes({"a": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "z.zip").write_bytes(data)

    assert ["unreadable"] == [problem.kind for problem in problems_of(tmp_path / "z.zip")]


def test_a_place_is_named_without_archive_endings() -> None:
    """The packing is no part of a place's name."""
    assert ["urho", "urho", "bees.json", ".zip"] == [
        place_name(n) for n in ("urho.tar.zst", "urho", "bees.json", ".zip")
    ]


@settings(max_examples=60, deadline=None)
@given(
    where=st.floats(0, 1),
    junk=st.binary(max_size=40),
    cut=st.booleans(),
    form=st.sampled_from([".zip", ".tar", ".tar.gz", ".tar.zst"]),
)
def test_broken_archives_never_raise(
    tmp_path_factory: pytest.TempPathFactory, where: float, junk: bytes, cut: bool, form: str
) -> None:
    """Any damage anywhere comes out as files, problems or `Damaged`, nothing else."""
    members = {"a.json": b"{}" * 500, "b/c.txt": b"words " * 20000}
    data = zip_bytes(members) if form == ".zip" else PACKERS[form.removeprefix(".tar")](tar_bytes(members))
    at = int(where * len(data))
    path = tmp_path_factory.mktemp("x") / f"x{form}"
    path.write_bytes(data[:at] + junk + (b"" if cut else data[at + len(junk) :]))

    for item in walk(path):
        if isinstance(item, SourceFile):
            try:
                item.open().read()
            except Damaged:
                continue
