"""The four doors for what is added from outside: sources, readers, engines and views.

Built-in parts come in through the same doors. A package offers more by an entry point in the group `mutuals`
whose module implements any of the hooks below with `@mutuals.plugins.hookimpl`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pluggy

from mutuals.errors import Problem

if TYPE_CHECKING:
    from mutuals.engines import Engine
    from mutuals.reading import Reader
    from mutuals.sources import Source

hookspec = pluggy.HookspecMarker("mutuals")
hookimpl = pluggy.HookimplMarker("mutuals")


class Hooks:
    """What a plugin may offer. Each hook returns a list, so that one package can bring several parts."""

    @hookspec
    def mutuals_sources(self) -> Sequence[Source]:
        """Sources to try on every file that is added, most particular first."""
        raise NotImplementedError

    @hookspec
    def mutuals_readers(self) -> Sequence[Reader]:
        """Readers that can be chosen with `--reader NAME`."""
        raise NotImplementedError

    @hookspec
    def mutuals_engines(self) -> Sequence[type[Engine]]:
        """Engines that can run the set-based steps."""
        raise NotImplementedError

    @hookspec
    def mutuals_views(self) -> Sequence[object]:
        """Starlette routes to mount under `/x/`; they get page dataclasses and pass the guard like our own."""
        raise NotImplementedError


@cache
def manager() -> pluggy.PluginManager:
    """Every plugin that could be loaded: the built-in parts last, so that an added one can take precedence."""
    plugins = pluggy.PluginManager("mutuals")
    plugins.add_hookspecs(Hooks)
    from mutuals import builtin

    plugins.register(builtin)
    for entry in entry_points(group="mutuals"):
        try:
            plugins.register(entry.load(), name=entry.name)
        except Exception as error:  # noqa: BLE001 - it is anyone's code and may raise anything; we go on without it
            broken.append(Problem(kind="plugin", where=entry.value, message=f"It did not load: {error!r}"))
    return plugins


broken: list[Problem] = []
"""Added plugins that did not load, for `mutuals about`; the program works without them."""


def sources() -> list[Source]:
    """Every source, those of added packages first."""
    return [source for offered in manager().hook.mutuals_sources() for source in offered]


def readers() -> list[Reader]:
    """Every reader; the built-in ones last, the best of them first of these."""
    return [reader for offered in manager().hook.mutuals_readers() for reader in offered]
