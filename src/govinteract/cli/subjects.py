"""`subject erase|export|hold|release` and `retention run`: what becomes of people's data."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from attrs import asdict

from govinteract.cli.language import language, say
from govinteract.cli.terminal import as_json, note
from govinteract.errors import InputError
from govinteract.facts import prove_inclusion
from govinteract.kernel import Anonymous, Officer
from govinteract.locality import Locality
from govinteract.subjects import certificate_of, sign_certificate, write_export
from govinteract.upkeep import rebuild_indexes, run_retention

__all__ = ["add_to"]

_subject = typer.Typer(no_args_is_help=True, help="All that is held of one person.")
_retention = typer.Typer(no_args_is_help=True, help="How long people's data are kept.")
_index = typer.Typer(no_args_is_help=True, help="The indexes by which cases are found.")

_Code = Annotated[str | None, typer.Option(help="The secret code of one of the person's cases.")]
_Phone = Annotated[str | None, typer.Option(help="The phone in the person's reports.")]
_By = Annotated[str, typer.Option(help="The officer on whose account it is done.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_ALL = 1_000_000  # openings of one person


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_subject, name="subject")
    app.add_typer(_retention, name="retention")
    app.add_typer(_index, name="index")


@_subject.command("erase", epilog="Example: govinteract subject erase --code CODE --dry-run")
def _erase(
    ctx: typer.Context,
    *,
    code: _Code = None,
    phone: _Phone = None,
    by: _By = "operator",
    basis: Annotated[str, typer.Option(help="request, retention or order.")] = "request",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Write the signed certificate and its proof into this new file."),
    ] = None,
    json: _Json = False,
) -> None:
    """Erase a person: destroy the keys of her data, for us and for everybody, for good.

    Cases stay as tombstones so that counts stay true. The fact of it is recorded, and the
    deleted bytes leave the database's files. Finding by phone opens contacts, on record.
    """
    with ctx.obj.ward() as ward:
        done = [
            _erase_one(ward, subject, by, basis, dry_run=dry_run)
            for subject in _find(ward, code, phone, by)
        ]
        scrubbed = dry_run or ward.scrub()
        if not dry_run:
            ward.sequence()
            with ward.acting_as(Officer(by)) as tx:
                for row in done:
                    row["proof"] = prove_inclusion(tx.transaction, row["stream"], row["seq"]).text
    if certificate is not None:
        with _new_file(certificate) as sink:
            sink.write(dumps(done, ensure_ascii=False, indent=2).encode())
    if json:
        as_json({"erased": done, "scrubbed": scrubbed})
        return
    for row in done:
        keys = len(row["wraps"])
        print(
            say("cli.erasable" if dry_run else "cli.erased", keys=keys, **row["counts"]["feedback"])
        )
        if not dry_run:
            print(say("cli.erasure_fact", stream=row["stream"], seq=row["seq"]))
    if not scrubbed:
        note(say("cli.not_scrubbed"))


def _erase_one(
    ward: Locality, subject: str, by: str, basis: str, *, dry_run: bool
) -> dict[str, Any]:
    """Erase a person and sign the certificate in one commit; return what is told of it."""
    with ward.acting_as(Officer(by)) as tx:
        done = tx.subjects.erase(subject, basis=basis, dry_run=dry_run)
        if dry_run:
            return done.to_json()
        paper = certificate_of(tx.facts, done.stream, done.seq)
        statement = sign_certificate(paper, tx.statements)
    return {**done.to_json(), "certificate": paper.to_json(), "statement": statement}


@_subject.command("export", epilog="Example: govinteract subject export --code CODE --out me.zip")
def _export(
    ctx: typer.Context,
    *,
    code: Annotated[str, typer.Option(help="The secret code of one of the person's cases.")],
    out: Annotated[Path, typer.Option(help="The archive to write; it must not be there yet.")],
    json: _Json = False,
) -> None:
    """Write everything there is of a person into one archive that can be read without us.

    JSON and photos, and who opened the data, when and what for. It is plaintext: the file
    is for the person alone (mode 0600). All that is opened for it is on record.
    """
    with ctx.obj.ward() as ward, ward.acting_as(Anonymous(), purpose="self-access") as tx:
        subject = tx.feedback.find(code).subject
        parts = tx.subjects.portable(subject)
        openings = tx.openings.of(subject, limit=_ALL)
        with _new_file(out) as sink:
            counts = write_export(
                sink, parts, openings, open_all=tx.open_all, locality=ward.id,
                at=tx.transaction.now, lang=language(),
            )  # fmt: skip
    if json:
        as_json({"out": str(out), **counts})
    else:
        print(say("cli.exported", out=out, **counts))


@_subject.command("hold", epilog="Example: govinteract subject hold --code CODE --reason 12/QD-TA")
def _hold(
    ctx: typer.Context,
    *,
    reason: Annotated[str, typer.Option(help="The order's file number; nothing about a person.")],
    code: _Code = None,
    phone: _Phone = None,
    by: _By = "operator",
) -> None:
    """Forbid erasing a person while an order stands."""
    with ctx.obj.ward() as ward:
        for subject in _find(ward, code, phone, by):
            with ward.acting_as(Officer(by)) as tx:
                tx.subjects.hold(subject, reason)
            print(say("cli.held", reason=reason))


@_subject.command("release", epilog="Example: govinteract subject release --code C --reason 12/QD")
def _release(
    ctx: typer.Context,
    *,
    reason: Annotated[str, typer.Option(help="The file number under which it was held.")],
    code: _Code = None,
    phone: _Phone = None,
    by: _By = "operator",
) -> None:
    """End a hold."""
    with ctx.obj.ward() as ward:
        for subject in _find(ward, code, phone, by):
            with ward.acting_as(Officer(by)) as tx:
                tx.subjects.release(subject, reason)
            print(say("cli.released", reason=reason))


@_retention.command("run", epilog="Example: govinteract retention run --dry-run")
def _run(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    json: _Json = False,
) -> None:
    """Close, anonymise and delete what is due by the `[[retention]]` of the catalogue."""
    with ctx.obj.ward() as ward:
        done = run_retention(ward, dry_run=dry_run)
    if json:
        as_json(asdict(done))
        return
    print(say("cli.retention_due" if dry_run else "cli.retention_done"))
    for action in ("close", "anonymise", "delete"):
        print(say(f"cli.retention_{action}", count=done.done.get(action, 0)))
    print(say("cli.retention_held", count=done.held))


@_index.command("rebuild", epilog="Example: govinteract index rebuild --by lan")
def _rebuild(ctx: typer.Context, *, by: _By = "operator", json: _Json = False) -> None:
    """Index all contacts by the plan for `index_people`, while the application runs.

    It opens every contact that is not indexed by that plan, on record, and goes on where
    it was stopped.
    """
    with ctx.obj.ward() as ward:
        count = rebuild_indexes(ward, Officer(by))
    if json:
        as_json({"indexed": count})
    else:
        print(say("cli.indexed", count=count))


def _find(ward: Locality, code: str | None, phone: str | None, by: str) -> list[str]:
    """Return the subjects that a code or a phone names."""
    if (code is None) == (phone is None):
        raise InputError("cli.one_of_code_and_phone", hint="--code CODE or --phone PHONE")
    with ward.acting_as(Officer(by), purpose="resolve-report") as tx:
        if code is not None:
            return [tx.feedback.find(code).subject]
        found = tx.feedback.search(phone=phone)
    return list(dict.fromkeys(case.subject for case in found.cases))


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Make a file that only its owner may read; it goes away again when the block fails."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        reason = error.strerror or ""
        raise InputError("cli.file_unwritable", hint=reason, path=path) from error
    try:
        with os.fdopen(handle, "wb") as sink:
            yield sink
    except BaseException:
        path.unlink(missing_ok=True)
        raise
