"""A log of many facts, made quickly: for what is measured and for what takes long."""

from govinteract import Locality
from govinteract.facts import Fact
from govinteract.facts.tables import fact_table, leaf_table
from govinteract.kernel import System
from govinteract.kernel.canonical import canonical_json

__all__ = ["fill"]

_PART = 20_000
_A_CASE = 4
_SUBJECT = "0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"
_SAID = {"class": "content", "subject": _SUBJECT, "record": _SUBJECT, "field": "text"}


def fill(ward: Locality, count: int) -> None:
    """Record `count` facts, four to a case, each of the size of a sealed reply; then sequence."""
    for start in range(0, count, _PART):
        with ward.acting_as(System("import")) as tx:
            facts = [_fact(ward.id, number) for number in range(start, min(count, start + _PART))]
            leaves = [fact.leaf() for fact in facts]
            rows = [
                {
                    "locality": fact.locality, "stream": fact.stream, "seq": fact.seq,
                    "kind": fact.kind, "at": fact.at, "actor": fact.actor, "body": fact.body,
                }
                for fact in facts
            ]  # fmt: skip
            placed = [
                {
                    "locality": fact.locality, "stream": fact.stream, "seq": fact.seq,
                    "hash": leaf, "mac": tx.log_keys.mac(leaf, None), "idx": None,
                }
                for fact, leaf in zip(facts, leaves, strict=True)
            ]  # fmt: skip
            tx.transaction.insert(fact_table, rows)
            tx.transaction.insert(leaf_table, placed)
    ward.sequence()


def _fact(locality: str, number: int) -> Fact:
    stream = f"case:0192f0c1-2b3a-7c4d-8e5f-{number // _A_CASE:012x}"
    body = {"text": {**_SAID, "sealed": f"gi1.{number:0180x}"}, "state": "answered"}
    return Fact(
        locality, stream, number % _A_CASE + 1, "case.replied", "2026-03-02T02:00:00.000000Z",
        "officer:an", canonical_json(body),
    )  # fmt: skip
