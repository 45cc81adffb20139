"""The life of a case as a table: which verb leads from which state to which, and who may.

The table is data (`workflow.toml`); a locality that needs another step hands in its own
file instead of waiting for a release. It is checked when it is loaded: every state can be
reached, every label exists in both languages, and two moves never disagree.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from govinteract.errors import AccessDenied, ConflictError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "OPEN_KINDS", "Move", "State", "Workflow", "default_workflow"]

KINDS = (
    "received", "active", "waiting", "answered", "resolved", "declined", "forwarded",
    "withdrawn", "duplicate",
)  # fmt: skip
OPEN_KINDS = ("received", "active", "waiting")
"""The kinds in which the office still owes an answer."""


@frozen
class State:
    """A state: `key` is stored, `kind` is counted, `label` is shown (language → text)."""

    key: str
    kind: str
    label: Mapping[str, str]


@frozen
class Move:
    """One edge: `verb` leads to `to` ("=" keeps the state); `by` lists who may, `why` says why."""

    verb: str
    to: str
    by: tuple[str, ...]
    why: str


@frozen
class Workflow:
    """All states and moves; `step` decides, nothing else does."""

    states: Mapping[str, State]
    moves: Mapping[tuple[str, str], Move] = field(repr=False)

    def step(self, state: str, verb: str, who: str) -> State:
        """Return the state that `verb` by `who` (citizen, officer, system) leads to.

        `state` is "" for a case that does not exist yet. Raises
        `ConflictError("feedback.move_refused")` when no such move leads on from here, and
        `AccessDenied("feedback.not_yours")` when it is not for `who` to make.
        """
        move = self.moves.get((state, verb))
        if move is None:
            raise ConflictError("feedback.move_refused", hint=f"no move {verb!r} from {state!r}")
        if who not in move.by:
            raise AccessDenied("feedback.not_yours", hint=f"{verb!r} is for {', '.join(move.by)}")
        return self.states[state if move.to == "=" else move.to]

    def verbs(self, state: str, who: str) -> tuple[str, ...]:
        """Return the verbs that `who` may use on a case in `state` (what a page offers)."""
        return tuple(
            verb
            for (source, verb), move in self.moves.items()
            if source == state and who in move.by
        )

    def label(self, state: str, lang: str) -> str:
        """Return the words for `state` in `lang`, else in English."""
        labels = self.states[state].label
        return labels.get(lang, labels["en"])

    @classmethod
    def from_toml(cls, text: str) -> Workflow:
        """Read and check a table of the form of `workflow.toml`.

        Raises `SettingsError("feedback.workflow_invalid")` whose hint names the place.
        """
        try:
            raw = tomllib.loads(text)
            states = {
                key: State(key=key, kind=value["kind"], label=dict(value["label"]))
                for key, value in raw["state"].items()
            }
            moves = _moves(raw["move"], states)
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise SettingsError("feedback.workflow_invalid", hint=f"{error}") from error
        _check(states, moves)
        return cls(states, moves)


def _moves(rows: list[dict[str, Any]], states: Mapping[str, State]) -> dict[tuple[str, str], Move]:
    moves: dict[tuple[str, str], Move] = {}
    for row in rows:
        sources = list(states) if row["from"] == ["*"] else row["from"] or [""]
        move = Move(verb=row["verb"], to=row["to"], by=tuple(row["by"]), why=row["why"])
        for source in sources:
            if (source, move.verb) in moves:
                raise KeyError(f"two moves {move.verb!r} from {source!r}")
            moves[source, move.verb] = move
    return moves


def _check(states: Mapping[str, State], moves: Mapping[tuple[str, str], Move]) -> None:
    problems = [
        f"state {s.key!r}: unknown kind {s.kind!r}" for s in states.values() if s.kind not in KINDS
    ]
    problems += [
        f"state {s.key!r}: label lacks vi or en"
        for s in states.values()
        if not {"vi", "en"} <= s.label.keys()
    ]
    named = {source for source, _ in moves} | {move.to for move in moves.values()} - {"="}
    problems += [
        f"move names unknown state {name!r}" for name in sorted(named - states.keys() - {""})
    ]
    problems += [
        f"state {name!r} can't be reached" for name in sorted(states.keys() - _reached(moves))
    ]
    if problems:
        raise SettingsError("feedback.workflow_invalid", hint="; ".join(problems))


def _reached(moves: Mapping[tuple[str, str], Move]) -> set[str]:
    reached, frontier = set[str](), {""}
    while frontier:
        frontier = {
            move.to for (source, _), move in moves.items() if source in frontier and move.to != "="
        } - reached
        reached |= frontier
    return reached


@cache
def default_workflow() -> Workflow:
    """Return the workflow that ships with the library."""
    return Workflow.from_toml(files(__package__).joinpath("workflow.toml").read_text("utf-8"))
