"""What exists is documented, and what the documentation says exists."""

from __future__ import annotations

from pathlib import Path

import click
import pyarrow as pa

from mutuals import cli
from mutuals.schema import TABLES
from mutuals.vocabulary import ACTS

DOCS = Path(__file__).parent.parent / "docs"


def acts_table() -> list[str]:
    """The rows of the table of acts, as docs/concepts.md holds them."""
    return [f"| `{a.name}` | {int(a.tier)} | {a.definition} | {a.not_this} | {a.standard} |" for a in ACTS.values()]


def tables_reference() -> list[str]:
    """The tables with their columns, as docs/reference.md holds them."""
    lines: list[str] = []
    for name, schema in TABLES.items():
        lines += [f"### {name}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{f.name}` | {pa.field(f).type} | {(f.metadata or {})[b'meaning'].decode()} |" for f in schema]
        lines.append("")
    return lines


def test_every_act_stands_in_the_concepts_as_the_vocabulary_has_it() -> None:
    """docs/concepts.md has each act with the definition of `vocabulary.py`."""
    text = (DOCS / "concepts.md").read_text("utf-8")

    assert [] == [row for row in acts_table() if row not in text]


def test_every_column_stands_in_the_reference() -> None:
    """docs/reference.md has each table and column with its meaning."""
    text = (DOCS / "reference.md").read_text("utf-8")

    assert [] == [line for line in tables_reference() if line not in text]


def test_every_verb_has_help_and_stands_in_the_reference() -> None:
    """`mutuals VERB --help` says what the verb does, and docs/reference.md names it."""
    assert isinstance(cli.main, click.Group)
    text = (DOCS / "reference.md").read_text("utf-8")

    assert [] == [name for name, verb in cli.main.commands.items() if not verb.help or f"`{name}`" not in text]
