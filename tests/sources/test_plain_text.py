"""Markup to a message's own words, each stretch mapped to where it stood."""

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.model import Link
from mutuals.sources.html_text import from_html
from mutuals.sources.markdown_text import from_markdown
from mutuals.sources.plain_text import PlainText, QuotedBlock, compose, storable, triples

Read = Callable[[str], PlainText]


def assert_maps(plain: PlainText, original: str) -> None:
    """Every stretch is verbatim, ascending and inside; every span is inside."""
    text_end = original_end = 0
    for text_at, original_at, length in triples(plain.offsets):
        assert plain.text[text_at : text_at + length] == original[original_at : original_at + length]
        assert 0 < length and text_end <= text_at and original_end <= original_at
        text_end, original_end = text_at + length, original_at + length
    ends = list(plain.code)
    assert ends == sorted(ends)
    for link in plain.links:
        ends += [link.start or 0, link.end or 0]
    assert all(0 <= end <= len(plain.text) for end in ends)
    assert unicodedata.is_normalized("NFC", plain.text)
    assert plain.code or plain.text == plain.text.strip(" \t\r\n\f")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p>\n<p>two<br>\nthree</p>", "one\n\ntwo\nthree"),
        ("<ul>\n<li>one</li>\n<li><p>two</p></li>\n</ul><p>x</p>", "- one\n- two\n\nx"),
        ("a &amp; b &lt;c&gt; &#233; &nope; &", "a & b <c> é &nope; &"),
        ("<script>x<b></script>a<style>p{}</style><svg><p>z</p></svg>b", "ab"),
        ("<p>see <img class='emoji' alt=':bee:'> <img alt='x.png'>on</p>", "see :bee: on"),
        ("<a class='lightbox' href='/x.png'><img alt='p'><div class='meta'>p.png 9x9 3 KB</div></a> hi", "hi"),
        ("<p>a</p><pre><code>\n  x = 1\n\n  y\n</code></pre><p>b</p>", "a\n\n  x = 1\n\n  y\n\nb"),
        ("<blockquote><p>theirs</p><blockquote>x</blockquote></blockquote><p>mine</p>", "mine"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<p title='a>b'>in</p><p title=it's>out</p>", "in\n\nout"),
        ("e<b>&#769;</b>nd", "énd"),
    ],
)  # fmt: skip
def test_html_becomes_words(html: str, text: str) -> None:
    """What a reader of the page would read as the writer's own words, and no more."""
    plain = from_html(html)

    assert text == plain.text
    assert_maps(plain, html)


def test_html_keeps_what_it_points_at() -> None:
    """Mentions, links, oneboxes, quotes and code are recorded."""
    html = (
        '<aside class="quote no-group" data-username="Jo" data-post="3" data-topic="12"><div>Jo:</div>'
        "<blockquote>old words</blockquote></aside><p>Yes <a class='mention' href='/u/jo'>@Jo</a>, see "
        '<a href="https://x.example/a?b=1&amp;c=2">this</a> and <code>a &lt; b</code></p>'
        '<aside class="onebox" data-onebox-src="https://y.example/"><article>long</article></aside>'
    )

    plain = from_html(html)

    assert "Yes @Jo, see this and a < b\n\nhttps://y.example/" == plain.text
    assert (QuotedBlock(at=0, author="Jo", conversation="12", message="3"),) == plain.quotes
    assert (
        Link(kind="mention", target="@jo", start=4, end=7),
        Link(kind="link", target="https://x.example/a?b=1&c=2", start=13, end=17),
        Link(kind="link", target="https://y.example/", start=29, end=47),
    ) == plain.links
    assert ["a < b"] == [plain.text[a:b] for a, b in zip(plain.code[::2], plain.code[1::2], strict=True)]
    assert_maps(plain, html)


@pytest.mark.parametrize(
    ("md", "text"),
    [
        ("one\ntwo\n\n\nthree", "one\ntwo\n\nthree"),
        ("> theirs\n> more\n\nmine", "mine"),
        ("a **b** _c_ ~~d~~ \\* &amp; `x  y`", "a b c d * & x  y"),
        ("- one\n- two\n\nend", "- one\n- two\n\nend"),
        ("# Title\nwords", "Title\n\nwords"),
        ("[her note](https://x.example/her) her end", "her note her end"),
        ("a\n\n    x = 1\n\n    y\n\nb", "a\n\nx = 1\n\ny\n\nb"),
        ("```py\nx\n  y\n```", "x\n  y"),
        ("a <b> c", "a <b> c"),
    ],
)
def test_markdown_becomes_words(md: str, text: str) -> None:
    """The same rules hold for Markdown."""
    plain = from_markdown(md)

    assert text == plain.text
    assert_maps(plain, md)


def test_markdown_keeps_what_it_points_at() -> None:
    """Links, bare addresses, code and the place of quotes are recorded."""
    md = "hi\n\n> old\n\nsee [a](https://x.example/) and https://y.example/z. `code`"

    plain = from_markdown(md)

    assert "hi\n\nsee a and https://y.example/z. code" == plain.text
    assert (QuotedBlock(at=2),) == plain.quotes
    assert (
        Link(kind="link", target="https://x.example/", start=8, end=9),
        Link(kind="link", target="https://y.example/z", start=14, end=33),
    ) == plain.links
    assert (35, 39) == plain.code
    assert_maps(plain, md)


def test_two_maps_after_one_another() -> None:
    """Only what is verbatim in both stays."""
    assert (0, 11, 2, 4, 20, 1) == compose((0, 1, 2, 4, 4, 3), (0, 10, 3, 4, 20, 1))


def test_text_that_no_database_holds_is_replaced() -> None:
    """Lone surrogates and NUL become the replacement character, one for one."""
    assert "a\ufffdb\ufffd" == storable("a\ud800b\x00")


HTML_BITS = [
    "<p>", "</p>", "<br>", "<li>", "</li>", "<ul>", "<pre>", "</pre>", "<code>", "</code>", "<blockquote>", "</a>",
    "</blockquote>", '<aside class="quote" data-post="2">', "</aside>", '<a href="/x">', "&amp;", "&#769;", "&", "<",
    '<a class="mention" href="/u/a">', "<!--", "-->", " ", "\n", "\n\n", "e", "\u0301", "\u1100", "\u1161", "words",
    '<img class="emoji" alt="e\u0301">', "<script>", "</script>", '<aside class="onebox" data-onebox-src="http://x">',
]  # fmt: skip
MD_BITS = [
    "> ", "- ", "1. ", "\n", "\n\n", "    ", "`", "```", "*", "**", "_", "[", "](", ")", "http://x", "&amp;", "\\", "e",
    "\u0301", "words", " ", "# ", "|", "---", "<b>", "!", "\t", "~~", "&gt;", "\x0b", "\u2028", "\r",
]  # fmt: skip


@pytest.mark.parametrize(("read", "bits"), [(from_html, HTML_BITS), (from_markdown, MD_BITS)])
def test_offsets_always_quote_the_original(read: Read, bits: list[str]) -> None:
    """Whatever the markup, each stretch is verbatim and the text is in NFC."""

    @settings(max_examples=300, deadline=None)
    @given(st.one_of(st.lists(st.sampled_from(bits), max_size=30).map("".join), st.text(max_size=60)))
    def holds(markup: str) -> None:
        markup = storable(markup)
        assert_maps(read(markup), markup)

    holds()


@pytest.mark.parametrize(
    ("read", "piece"),
    [
        *[(from_html, piece) for piece in ("<div>", '<a "', "<!--", "<", "&", "<pre>", "</", "<blockquote>", "<p ='")],
        *[(from_markdown, piece) for piece in (">", "[", "![[", "*a_ ", "`", "- ", "> - ", "<", "\\", "|")],
    ],
)
def test_time_does_not_explode(read: Read, piece: str) -> None:
    """A hundred thousand broken or nested tags are read, and soon."""
    start = time.process_time()
    read(piece * (100_000 if read is from_html else 20_000))

    assert 5 > time.process_time() - start
