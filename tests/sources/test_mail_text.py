from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.sources.mail_text import own_words


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 12 May 2003, Ada Hive wrote:",
        "On Mon, May 12, 2003 at 10:00 AM, Ada Hive\n<ada@b.example> wrote:",
        "Ada Hive writes:",
        "Ada Hive <ada@b.example> writes:",
        "Am 12.05.2003 um 10:00 schrieb Ada Hive:",
        "Le 12 mai 2003 à 10:00, Ada Hive a écrit :",
        "El 12 de mayo de 2003, Ada Hive escribió:",
        "Em 12 de maio de 2003, Ada Hive escreveu:",
        "Il 12/05/2003 10:00, Ada Hive ha scritto:",
        "Op 12 mei 2003 om 10:00 schreef Ada Hive:",
        "Den 12 maj 2003 skrev Ada Hive:",
        "W dniu 12.05.2003 Ada Hive napisała:",
        "2003/5/12 Ada Hive <ada@b.example>:",
        "Quoting Ada Hive <ada@b.example>:",
    ],
)
def test_attributions_go_with_the_quote(attribution: str) -> None:
    """The line that says whose words are quoted goes with them, in many languages."""
    assert own_words(f"Yes.\n\n{attribution}\n\n> Cold?\n\nVery.", is_reply=True).text == "Yes.\n\nVery."


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAda\nLower Meadow",
        "--\nAda",
        "-----Original Message-----\nFrom: Ben\nSent: today\nTo: Ada\n\nIs it cold?",
        "From: Ben\nSent: today\nTo: Ada\nSubject: pump\n\nIs it cold?",
        "_______________________\nBees mailing list\nBees@l.example\nhttp://l.example/listinfo/bees",
        "-------------- next part --------------\nAn HTML attachment was scrubbed...\nURL: http://l.example/a.html",
        "-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----",
        "BK> Is it cold?\nBK> Is it?",
        "| Is it cold?\n| Is it?",
    ],
)
def test_what_is_not_the_writers_own_goes(tail: str) -> None:
    """Signatures, forwarded messages, footers, notes and armour go; the closing stays."""
    assert own_words(f"Lag it.\n\nAda\n\n{tail}\n", is_reply=True).text == "Lag it.\n\nAda"


def test_a_prompt_in_an_opening_message_is_code() -> None:
    """In a message that answers nothing, lines at a prompt are kept and marked as code."""
    found = own_words("See:\n> pump(1)\ncold", is_reply=False)

    assert found.text == "See:\n> pump(1)\ncold"
    assert found.text[slice(*found.code)] == "> pump(1)"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["> a", "b", "", "-- ", "--", "On 1.2.2003 x wrote:", "____________", "listinfo/ x"])))
def test_offsets_quote_the_body(lines: list[str]) -> None:
    """Every stretch that offsets name is the same in text and body."""
    body = "\n".join(lines)
    found = own_words(body, is_reply=True)

    for i in range(0, len(found.offsets), 3):
        start, origin, length = found.offsets[i : i + 3]
        assert body[origin : origin + length] == found.text[start : start + length]


@pytest.mark.parametrize(
    "piece", ["- ", "-", "_", " ", "\n", "> ", "a@", "wrote: ", "a at ", "--\n", "From: x\n", "On 1 wrote\n"]
)
def test_time_grows_with_length_alone(piece: str) -> None:
    """No repetition makes the reading slow."""
    start = time.monotonic()
    own_words(piece * 20_000, is_reply=True)

    assert time.monotonic() - start < 5
