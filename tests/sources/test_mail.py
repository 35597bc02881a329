from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.errors import Problem
from mutuals.model import Coverage, Place, Speaker, Utterance
from mutuals.sources import ReadOptions, Record
from mutuals.sources.files import SourceFile
from mutuals.sources.mail import SOURCE, composed
from mutuals.sources.mail_boxes import place_name
from mutuals.sources.mail_dates import read_date
from mutuals.sources.mail_parts import unflowed

MBOX = (Path(__file__).parent / "fixtures" / "mail" / "2003-May.mbox").read_bytes()


def source_file(data: bytes, name: str = "bees/2003-May.mbox") -> SourceFile:
    """A file of an archive that lies in memory."""
    opener: Callable[[], BinaryIO] = lambda: io.BytesIO(data)  # noqa: E731
    return SourceFile(
        name=name, root="archive", where=name, head=data[:65536], modified=datetime(2020, 1, 1, tzinfo=UTC), open=opener
    )


def read(data: bytes, name: str = "bees/2003-May.mbox") -> list[Record]:
    """Everything that the source finds in some bytes."""
    return list(SOURCE.read(source_file(data, name), ReadOptions()))


def message(headers: str, body: str = "Hello\n") -> Utterance:
    """The only message of a file with these headers."""
    found = [r for r in read((headers + "\n\n" + body).encode(), "one.eml") if isinstance(r, Utterance)]
    assert len(found) == 1
    return found[0]


def speaker(headers: str) -> Speaker:
    """The speaker of a message with these headers."""
    return next(r for r in read((headers + "\n\nHello\n").encode(), "one.eml") if isinstance(r, Speaker))


def test_an_mbox_gives_each_message_its_own_words() -> None:
    """An mbox gives the place, both messages with own words only, and the time that it covers."""
    records = read(MBOX)
    one, two = (r for r in records if isinstance(r, Utterance))

    assert isinstance(records[0], Place)
    assert records[0].name == "bees"
    assert one.id == "mail:one@bees.example.org"
    assert one.text is not None
    assert one.text.startswith("Hello all,\n\ndoes anyone know")
    assert "From here on it only gets colder.\n\n> pump(check)\nfrozen" in one.text
    assert one.text.endswith("\n\nAda")
    assert one.text[slice(*one.code)] == "> pump(check)"
    assert two.text == "Lag the pipe.\n\nIt always does."
    assert two.reply_to == one.id
    assert two.meta["references"] == ["zero@bees.example.org", "one@bees.example.org"]
    assert two.written_at == datetime(2003, 5, 12, 18, 30, tzinfo=UTC)
    assert [("bad-time", False)] == [(r.kind, r.is_lost) for r in records if isinstance(r, Problem)]
    assert isinstance(records[-1], Coverage)
    assert ["Ada Hive", "Ben König"] == [r.name for r in records if isinstance(r, Speaker)]
    assert ["mail:ada@bees.example.org", "mail:ben@honey.example.org"] == [
        r.id for r in records if isinstance(r, Speaker)
    ]


@pytest.mark.parametrize(
    ("header", "identifier", "name"),
    [
        ("user@Example.com (Name)", "mail:user@example.com", "Name"),
        ('"Hive, Ada" <ada at b.example>', "mail:ada@b.example", "Hive, Ada"),
        ("ada_at_b.example", "mail:ada@b.example", "ada"),
        ("Ada <ada@domain.hidden>", "mail:name:ada", "Ada"),
        ("=?utf-8?B?w4RkYQ==?= <a@b.example>", "mail:a@b.example", "Äda"),
        ("Ada Hive", "mail:name:ada hive", "Ada Hive"),
        ("=?x-none?Q?Ada?= <a@b.example>", "mail:a@b.example", "Ada"),
    ],
)
def test_a_speaker_is_told_from_any_form_of_from(header: str, identifier: str, name: str) -> None:
    """A From header in any form that archives use gives one id and a name, and never a handle."""
    found = speaker(f"From: {header}\nMessage-ID: <x@y>")

    assert (identifier, name, None) == (found.id, found.name, found.handle)


def test_a_list_that_rewrites_from_is_looked_through() -> None:
    """A list that puts itself into From gives way to the person in Reply-To."""
    found = speaker(
        "From: Ada via Bees <bees@l.example>\nReply-To: Ada <ada@b.example>\nList-Post: <mailto:bees@l.example>"
    )

    assert ("mail:ada@b.example", "Ada") == (found.id, found.name)


@pytest.mark.parametrize(
    ("headers", "parent"),
    [
        ("In-Reply-To: <a@x>\nReferences: <r@x> <b@x>", "mail:a@x"),
        ("In-Reply-To: <a@x> of today\nReferences: <r@x> <b@x>", "mail:b@x"),
        ("In-Reply-To: Message from Ada <ada@x> of today <1.a@x>", "mail:1.a@x"),
        ("References: <r@x> <own@x>", "mail:r@x"),
        ("In-Reply-To: <own@x>", "mail:own@x"),
        ("In-Reply-To: your message", None),
    ],
)
def test_the_parent_is_chosen_as_notmuch_does(headers: str, parent: str | None) -> None:
    """In-Reply-To counts when it is one id, else the last of References, else an id in its prose."""
    assert parent == message(f"From: a@b.example\nMessage-ID: <own@x>\n{headers}").reply_to


def test_a_message_without_id_gets_a_stable_one() -> None:
    """A message without Message-ID gets the same id each time and a remark."""
    data = b"From: a@b.example\nSubject: Hi\n\nHello\n"
    first, second = read(data, "a.eml"), read(data, "b.eml")
    ids = {r.id for r in (*first, *second) if isinstance(r, Utterance)}

    assert len(ids) == 1
    assert ["no-id", "no-time"] == [r.kind for r in first if isinstance(r, Problem) and not r.is_lost]


def test_an_unescaped_from_line_stays_body() -> None:
    """A line that begins with From and is no separator does not end the message."""
    data = MBOX.replace(b"Lag the pipe.", b"Lag it.\n\nFrom ada at b.example  Mon May 12 09:00:00 2003\nno header\n")
    found = [r for r in read(data) if isinstance(r, Utterance)]

    assert len(found) == 2
    assert "no header" in (found[1].text or "")


def test_a_message_too_large_is_a_lost_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message above the limit is lost as a problem, and the next one is read."""
    monkeypatch.setattr("mutuals.sources.mail_boxes.LARGEST", 600)
    records = read(MBOX.replace(b"Hello all,", b"Hello all, " * 100))

    assert ["mail:two@bees.example.org"] == [r.id for r in records if isinstance(r, Utterance)]
    assert "too-large" in {r.kind for r in records if isinstance(r, Problem) and r.is_lost}


MIME = """From: a@b.example
Message-ID: <m@x>
Content-Type: multipart/mixed; boundary=o

--o
Content-Type: multipart/alternative; boundary=i

--i
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

TGFnIHRoZSBwaXBlLg==
--i
Content-Type: text/html

<p>Lag <b>the</b> pipe.</p>
--i--
--o
Content-Type: message/rfc822

From: other@b.example
Subject: x

Not mine
--o
Content-Type: image/png; name="pump.png"

x
--o--
"""


def test_plain_text_is_taken_of_alternatives() -> None:
    """Of alternatives the plain text is read; attachments are names, and a forwarded message is not read."""
    found = message(*MIME.split("\n\n", 1))

    assert found.text == "Lag the pipe."
    assert found.meta["attachments"] == ["message/rfc822", "pump.png"]


def test_an_encrypted_message_has_no_text() -> None:
    """An encrypted message is kept without words and says so."""
    found = message(
        'From: a@b.example\nMessage-ID: <e@x>\nContent-Type: multipart/encrypted; boundary="q"', "--q\n\nx\n"
    )

    assert found.text is None
    assert found.meta["encrypted"] is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 12 May 2003 10:00:00 MET DST", datetime(2003, 5, 12, 8, tzinfo=UTC)),
        ("12 May 03 10:00", datetime(2003, 5, 12, 10, tzinfo=UTC)),
        ("2003-05-12T10:00:00+02:00", datetime(2003, 5, 12, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 12 May 1903 10:00:00 +0000", None),
    ],
)
def test_dates_are_utc_or_nothing(value: str, expected: datetime | None) -> None:
    """A date is aware UTC between 1970 and 2100, or it is nothing."""
    assert expected == read_date(value)[0]


def test_flowed_text_is_joined_and_keeps_its_offsets() -> None:
    """Soft line breaks go, quote depths stay apart, and offsets quote the text as it was."""
    before = "Lag the \npipe.\n> was it \n> cold?\n-- \nAda"
    text, offsets = unflowed(before, delete_space=False)

    assert text == "Lag the pipe.\n> was it cold?\n-- \nAda"
    for i in range(0, len(offsets), 3):
        start, origin, length = offsets[i : i + 3]
        assert before[origin : origin + length] == text[start : start + length]
    assert composed((0, 8, 5), (0, 0, 8, 8, 9, 6)) == (0, 9, 5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bees/raw/2003-May.txt", "bees"), ("bees.mbox", "bees"), ("2003-May.mbox", "archive"), ("x/mbox", "x")],
)
def test_months_of_a_list_are_one_place(name: str, expected: str) -> None:
    """A file that is named after a month belongs to the place of its folder."""
    assert expected == place_name(name, "archive", mbox=True)


def test_a_maildir_is_a_place() -> None:
    """A message below cur belongs to the folder above it."""
    assert place_name("me/bees/cur/1:2,S", "me", mbox=False) == "bees"


def test_other_files_are_not_recognised() -> None:
    """Prose, binary files and front matter are left to others."""
    for data in (b"", b"From the start\nit was cold", b"\x00\x01", b"---\ntitle: x\n", b"title: x\ndate: y\n\nz"):
        assert not SOURCE.recognises(source_file(data))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([MBOX, MIME.encode()]), st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=8)
)
def test_damage_never_raises(data: bytes, damage: list[tuple[int, bytes]]) -> None:
    """Whatever is damaged, reading ends, offsets quote the original, and text can be stored."""
    for at, junk in damage:
        data = data[:at] + junk + data[at + len(junk) :]
    for record in read(data, "x.mbox"):
        if isinstance(record, Utterance):
            (record.text or "").encode()
            assert record.written_at is None or record.written_at.tzinfo is UTC
            for i in range(0, len(record.offsets), 3):
                start, origin, length = record.offsets[i : i + 3]
                assert (record.original or "")[origin : origin + length] == (record.text or "")[start : start + length]
