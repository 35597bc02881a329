"""BBCode that was left as typed: quotes go, tags go, words and their positions stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.sources.bbcode import without_bbcode
from mutuals.sources.html_text import from_html
from mutuals.sources.plain_text import PlainText


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("[quote=\u201cAna\u201d]Is it cold?[/quote]\n\nNo, it is not.", "No, it is not."),
        ("[quote]a [quote]b[/quote] c[/quote] Mine.", "Mine."),
        ("Before. [quote]theirs[/quote] After.", "Before.  After."),
        ("First.\n\n[quote]theirs[/quote]\n\nSecond.", "First.\n\nSecond."),
        ("[b]Thanks[/b], [color=#00AA00]Ben[/color].", "Thanks, Ben."),
        ("[ul][li]one[/li][li]two[/li][/ul]", "onetwo"),
        ("[solved] array[i] = b[0]; it is done [/quote]", "[solved] array[i] = b[0]; it is done [/quote]"),
        ("[quote]never closed. Who knows?", "[quote]never closed. Who knows?"),
        ("[quote]all of it[/quote]", ""),
        ("[quote]a[/quote]\n\n[quote=Ben]b, never closed\n\nMine.", "Mine."),
        ("[quote=Ben][quote=Cai]c[/quote]\n\nMine, since Ben's is not closed.", "Mine, since Ben's is not closed."),
    ],
)
def test_what_is_typed_becomes_the_words(typed: str, words: str) -> None:
    """Quoted words go, tags go, everything else stays."""
    assert words == without_bbcode(PlainText(text=typed)).text


def test_code_between_tags_is_code() -> None:
    """The content of [code] is marked as code and loses its tags."""
    plain = without_bbcode(PlainText(text="Use [code]x ? 1 : 2[/code] here."))

    assert "Use x ? 1 : 2 here." == plain.text
    assert "x ? 1 : 2" == plain.text[plain.code[0] : plain.code[1]]


def test_code_that_ends_in_a_block_is_code() -> None:
    """[code] that is closed inside a block of markup is code from one tag to the other."""
    plain = without_bbcode(from_html("<p>So:</p><p>[code]a();</p><pre><code>b();\n[/code]\n</code></pre><p>Yes.</p>"))

    assert "So:\n\na();\n\nb();\nYes." == plain.text
    assert "a();\n\nb();" == plain.text[plain.code[0] : plain.code[1]].strip()


def test_a_quote_that_markup_began_ends_where_it_is_closed() -> None:
    """What stands between a block quote and a closing tag is still quoted."""
    plain = without_bbcode(from_html("<blockquote><p>[quote=Ben]Is it</p></blockquote><p>cold?[/quote]</p><p>No.</p>"))

    assert "No." == plain.text


def test_an_address_loses_the_tag_it_swallowed() -> None:
    """A closing tag that became the end of an address is no part of it."""
    plain = without_bbcode(from_html('[url]<a href="https://example.org/a%5B/url">https://example.org/a[/url]</a>'))

    assert ("https://example.org/a", ["https://example.org/a"]) == (plain.text, [link.target for link in plain.links])


def test_who_was_quoted_is_kept() -> None:
    """The outermost quotes are listed, with their author and their own words."""
    (quote,) = without_bbcode(PlainText(text="[quote=\u201cAna\u201d][quote=Ben]b[/quote]a[/quote] Mine.")).quotes

    assert ("Ana", "a", 0) == (quote.author, quote.words, quote.at)


_PIECES = st.lists(
    st.sampled_from(
        ["[quote]", "[quote=x]", "[/quote]", "[code]", "[/code]", "[b]", "[/b]", "<p>", "</p>", "<br>", "ask Ben", " ",
         '<a href="https://example.org">there</a>', "<code>a[i]</code>", "&amp;", "\n"]
    ),
    max_size=14,
)  # fmt: skip


@given(_PIECES)
def test_positions_still_quote_the_original(pieces: list[str]) -> None:
    """Whatever was typed, each verbatim stretch of the text is in the original where the map says."""
    html = "".join(pieces)
    plain = without_bbcode(from_html(html))

    for start, original, length in zip(plain.offsets[::3], plain.offsets[1::3], plain.offsets[2::3], strict=True):
        assert html[original : original + length] == plain.text[start : start + length]
    for link in plain.links:
        if link.start is not None and link.end is not None:
            assert "there" == plain.text[link.start : link.end]
    assert plain.text == plain.text.strip()
