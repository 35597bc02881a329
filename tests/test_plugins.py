"""Parts that are added from outside come in, and a broken one does not bring the program down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from mutuals import plugins
from mutuals.sources import Source


class Added:
    """A plugin that offers one source."""

    @plugins.hookimpl
    def mutuals_sources(self) -> Sequence[Source]:
        return [Chalkboard()]  # type: ignore[list-item]


class Chalkboard:
    """A source that recognises nothing."""

    name = "chalkboard"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two plugins are installed: one that works and one whose module is not there."""
    found = EntryPoints([
        EntryPoint("works", "tests.test_plugins:added", "mutuals"),
        EntryPoint("broken", "tests.no_such_module", "mutuals"),
    ])  # fmt: skip
    monkeypatch.setattr(plugins, "entry_points", lambda group: found)
    monkeypatch.setattr(plugins, "broken", [])
    plugins.manager.cache_clear()
    yield
    plugins.manager.cache_clear()


added = Added()


@pytest.mark.usefixtures("installed")
def test_an_added_source_comes_before_the_built_in_ones() -> None:
    """What someone adds can take precedence."""
    names = [source.name for source in plugins.sources()]

    assert "chalkboard" == names[0]
    assert {"discourse", "mail", "reddit", "convokit"} <= set(names)


@pytest.mark.usefixtures("installed")
def test_a_broken_plugin_is_noted_and_the_rest_works() -> None:
    """A plugin that does not load is a problem to show, not an end."""
    plugins.manager()

    assert ["tests.no_such_module"] == [problem.where for problem in plugins.broken]
