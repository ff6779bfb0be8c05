"""How exports come in: stored first, then read, then what was read is logged and told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.hashing import read_regular
from abusekit.case.intake import Intake
from abusekit.case.records import Item
from abusekit.case.settings import Producer
from abusekit.cli.account_news import announce
from abusekit.cli.acts import resolve_item, resolve_items
from abusekit.cli.answers_import import ImportAnswer, Imported, SameChat
from abusekit.cli.import_proofs import ask_keys, check_proofs, store_documents
from abusekit.cli.import_talk import told
from abusekit.cli.options import Session, now
from abusekit.errors import AbusekitError, InputError, NetworkError, UsageError
from abusekit.importers.exports import take_export
from abusekit.importers.files import Handover, take_files
from abusekit.importers.formats import importer as importer_named
from abusekit.importers.table_mapping import check_mapping
from abusekit.messages import declared as declaring
from abusekit.messages.cache import Opened, read_anew, summary_of
from abusekit.messages.exports import exports as exports_of
from abusekit.messages.joined import Join

ALREADY = "the same bytes are in the case; not stored again (--again stores them)"
_SEEN = ("image/", "video/", "audio/")
"""Files that are not exports, and nothing is missed by storing them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person said beside the exports."""

    declared: dict[str, str] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()
    reason: str = ""
    importer: str = ""
    mapping: Path | None = None
    dns: bool = False
    resolver: str | None = None
    keys: Path | None = None
    document: Path | None = None

    def checked(self) -> dict[str, str]:
        """Name → value of everything declared; an empty value takes it back. Raises UsageError."""
        said = {name: declaring.check(name, value) for name, value in self.declared.items()}
        if self.importer:
            said["format"] = self.importer
        if said.get("format"):
            importer_named(said["format"])
        if self.mapping is not None:
            try:
                data = read_regular(self.mapping, declaring.MAX_VALUE * 4, follow=True)
            except (InputError, OSError) as fault:
                why = fault.message if isinstance(fault, InputError) else fault.strerror
                raise UsageError(f"{self.mapping}: {why}", "name another file") from fault
            check_mapping(declaring.read_mapping(data))
            said["mapping"] = declaring.check("mapping", data.decode("utf-8", "replace"))
        for name in self.undeclared:
            if name not in declaring.NAMES or name in said:
                raise UsageError(f"{name} cannot be taken back here", f"one of: {', '.join(declaring.NAMES)}")
            said[name] = ""
        return said


def import_all(
    session: Session,
    paths: Sequence[Path],
    items: Sequence[str],
    wanted: Wanted,
    handover: Handover,
    *,
    together: bool,
    again: bool,
) -> int:
    """The whole command; the exit code."""
    case = session.case()
    said = wanted.checked()
    for item_id in (said.get("keys"), said.get("document")):
        if item_id:
            resolve_item(case, item_id)
    check_proofs(wanted)
    run = _Run(session, case, session.producer(case), wanted, said)
    if items:
        ids = resolve_items(case, items)
        for item_id in ids:
            _check_readable(case, item_id, told=bool({"format", "mapping"} & run.said.keys()))
        with run.intake() as intake:
            for item_id in ids:
                run.declare(intake, item_id)
    else:
        _check_paths(paths, case.root.resolve())
        groups = (
            [[(path, _name_of(path)) for path in paths]] if together else [[(p, _name_of(p))] for p in paths]
        )
        with run.intake() as intake:
            for group in groups:
                run.take(intake, group, handover, again=again)
    return run.finish()


class _Run:
    """One run of the command."""

    def __init__(
        self, session: Session, case: Case, producer: Producer, wanted: Wanted, said: dict[str, str]
    ) -> None:
        self.session, self.case, self.producer = session, case, producer
        self.wanted, self.said = wanted, said
        self.answers: list[Imported] = []
        self._known: dict[tuple[str, ...], tuple[str, str]] | None = None
        self._limits: set[str] = set()

    def intake(self) -> Intake:
        return Intake(self.case, self.producer, clock=now, told=self.session.say)

    def take(self, intake: Intake, group: list[tuple[Path, str]], handover: Handover, *, again: bool) -> None:
        """Store one export, and read it."""
        name = group[0][1]
        draft = intake.draft("export")
        try:
            known = take_export(
                draft, group, handover, only=self.said.get("format", ""), told=bool(self.said.get("mapping"))
            )
            if not known and len(group) == 1 and not group[0][0].is_dir():
                refused = draft.problems
                draft.discard()
                draft = intake.draft("file")
                take_files(draft, group, handover)
                draft.problems += refused
        except (InputError, OSError) as fault:
            draft.discard()
            problem = _said(fault) if isinstance(fault, InputError) else f"{fault.strerror}"
            self._answer(Imported(name, None, None, "refused", problem))
            return
        key = tuple(stored.sha256 for stored in draft.files)
        if not again and (there := self._there().get(key)):
            draft.discard()
            self._already(intake, self.case.item(there[0]), name)
            return
        if not known:
            draft.kind = "file"
        (item,) = intake.commit([draft])
        self._there()[key] = (item.id, item.exhibit)
        if not known:
            seen = all(stored.media_type.startswith(_SEEN) for stored in item.files)
            text = "" if seen else "; ".join(["no importer knows it; stored as a file", *item.problems[:3]])
            self._answer(Imported(name, item.id, item.exhibit, "stored", text))
            return
        self._read(intake, item, name, "read")

    def _already(self, intake: Intake, item: Item, name: str) -> None:
        """The same bytes are in the case: what is said of them now counts for them, and what they hold is told."""
        wanted = self.wanted
        more = bool(self.said or wanted.keys or wanted.dns or wanted.document)
        opened = next(iter(exports_of(self.case, (item.id,))), None)
        readable = opened is not None or (item.kind == "file" and {"format", "mapping"} & self.said.keys())
        if readable and (more or (opened is not None and opened.logged is None)):
            self._read(intake, item, name, "declared" if more else "read")
            return
        answer = Imported(name, item.id, item.exhibit, "already-there", ALREADY)
        if opened is not None:
            with suppress(AbusekitError):
                answer.reading, answer.declared = summary_of(self.case, opened), opened.declared.newest()
        elif more:
            answer.state = "refused"
            answer.problem = (
                f"{item.id} holds the same bytes, and is not read as an export: nothing was declared"
            )
        self._answer(answer)

    def declare(self, intake: Intake, item_id: str) -> None:
        """Log what is declared of a stored export, and read it as it is understood then."""
        item = self.case.item(item_id)
        names = item.source.get("names")
        name = str(names[0]) if isinstance(names, list) and names else item_id
        self._read(intake, item, name, "declared")

    def _read(self, intake: Intake, item: Item, name: str, state: str) -> None:
        said = dict(self.said)
        answer = Imported(name, item.id, item.exhibit, state)
        try:
            said |= store_documents(intake, self.case, self.wanted, self.session)
            if self.wanted.dns:
                try:
                    said |= ask_keys(intake, self.case, item, self.wanted, self.session)
                except (NetworkError, InputError) as fault:  # the mails are read without keys, too
                    answer.problem = f"no keys: {fault.message}"
            acts = [self._declaration(item.id, what, value) for what, value in said.items()]
            if acts:
                intake.log(acts)
            opened = next(iter(exports_of(self.case, (item.id,))), None)
            if opened is None:
                hint = "say which importer reads it: --format NAME, or --mapping FILE for a table"
                raise UsageError(f"{item.id} was stored as a file", hint)
            answer.declared = opened.declared.newest()
            answer.reading, act = read_anew(self.case, opened, progress=self._progress)
            told = answer.reading.problems
            told[:0] = [
                one for one in item.problems if one not in told
            ]  # what the packing of a folder left out
            intake.log([act])
        except AbusekitError as fault:
            if fault.exit_code == 3:  # the case itself: nothing more can be done here
                raise
            answer.problem = f"stored, but not read: {fault.message}"
        self._answer(answer)

    def _declaration(self, item_id: str, name: str, value: str) -> Act:
        facts: dict[str, JSON] = {"item": item_id, "declared": name, "value": value}
        if self.wanted.reason:
            facts["reason"] = self.wanted.reason
        return Act("item.declare", facts)

    def _progress(self, count: int) -> None:
        import sys

        if not count % 100_000 and sys.stderr.isatty():
            self.session.say(f"  {count:,} read")

    def _there(self) -> dict[tuple[str, ...], tuple[str, str]]:
        """Digests of the files of each item → the item."""
        if self._known is None:
            self._known = {}
            for entry in self.case.entries():
                if entry["do"] == "item.add":
                    digests = tuple(
                        f["sha256"] for f in entry["files"] if not f["path"].endswith("/item.json")
                    )
                    self._known.setdefault(digests, (entry["item"], entry["exhibit"]))
        return self._known

    def _answer(self, answer: Imported) -> None:
        self.answers.append(answer)
        if not self.session.json:
            for line, is_result in told(answer, self._limits):
                (self.session.print if is_result else self.session.say)(line)

    def finish(self) -> int:
        """Say what stands in several exports; the exit code."""
        code = exit_code(self.answers)
        result = ImportAnswer(self.answers, 0, 0, [], code)
        fresh = [answer.item for answer in self.answers if answer.reading is not None and answer.item]
        if fresh:
            self._compare(result, fresh)
        if self.session.json:
            self.session.answer(result)
            return code
        states = [answer.state for answer in self.answers]
        if "refused" in states:
            self.session.say(
                "what was refused is not in the case; abusekit add keeps a file as it is, unread"
            )
        words = ("read", "declared", "stored", "already-there", "refused")
        self.session.say(", ".join(f"{states.count(word)} {word}" for word in words if word in states))
        announce(self.session, self.case, fresh)
        return code

    def _compare(self, result: ImportAnswer, fresh: list[str]) -> None:
        """Duplicates and changes among exports of the same kind."""
        there = list(exports_of(self.case))
        kinds = {name for one in there if one.item.id in fresh for name in _kinds(one)}
        alike = [one for one in there if not kinds.isdisjoint(_kinds(one))]
        if len(alike) < 2:
            return
        try:
            join = Join(self.case, alike)
        except AbusekitError as fault:
            self.session.say(f"the exports could not be compared: {fault.message}")
            return
        result.duplicates, result.changed = join.duplicates, join.changed
        result.same_chats = [
            SameChat(a.item.id, b.item.id, len(s.pairs), s.minutes, s.names, len(s.author_differs))
            for a, b, s in join.same_chats
        ]
        if join.duplicates:
            self.session.say(
                f"{join.duplicates} records stand in more than one export of the case; on the timeline each comes once"
            )
        if join.changed:
            self.session.say(
                f"CHANGED BETWEEN EXPORTS: {join.changed} records have the same id and another text: "
                "abusekit find --flag changed_between_exports"
            )
        for chat in result.same_chats:
            apart = f", its clock {chat.clocks_apart_minutes:+} minutes" if chat.clocks_apart_minutes else ""
            self.session.say(
                f"{chat.second} holds the same chat as {chat.first}{apart}: {chat.messages} messages in both"
            )
            if chat.author_differs:
                self.session.say(
                    f"  LOOK: {chat.author_differs} of the same words stand there under another name"
                )


def exit_code(answers: Sequence[Imported]) -> int:
    """0; 7 where something was not understood or refused; 4 where nothing at all was taken in for that reason; 6 where
    nothing is amiss but a part of abusekit that is not installed."""
    if answers and all(answer.state == "refused" for answer in answers):
        return 4
    for answer in answers:
        if answer.problem and answer.state != "already-there":
            return 7
        if answer.reading is not None and answer.reading.faulty:
            return 7
    return 6 if any(answer.reading is not None and not answer.reading.whole for answer in answers) else 0


def _check_readable(case: Case, item_id: str, *, told: bool) -> None:
    """Raises UsageError: nothing that is read as an export, or in quarantine. `told`: how to read it is said now."""
    from abusekit.case.decisions import standings

    if standings(case.entries())[item_id].quarantined is not None:
        raise UsageError(f"{item_id} is in quarantine: nothing of it is read", "leave it there")
    if any(exports_of(case, (item_id,))) or (told and case.item(item_id).kind == "file"):
        return
    hint = (
        "abusekit list shows the exports; a file is read where you say how: --format NAME, or --mapping FILE"
    )
    raise UsageError(f"{item_id} is no export that can be read", hint)


def _said(fault: InputError) -> str:
    """What is wrong and what to do, in one line."""
    return (
        f"{fault.message} ({fault.hint})" if fault.hint and fault.hint not in fault.message else fault.message
    )


def _kinds(opened: Opened) -> set[str]:
    logged = "" if opened.logged is None else opened.logged.importers
    return {name.partition("/")[0] for name in logged.split(", ") if name}


def _name_of(path: Path) -> str:
    return path.name or path.resolve().name


def _check_paths(paths: Sequence[Path], root: Path) -> None:
    """Raises UsageError: not there, or inside of the case."""
    for path in paths:
        try:
            there = path.exists()
        except OSError as fault:
            raise UsageError(f"{path} cannot be reached: {fault.strerror}", "check the name") from fault
        if not there:
            raise UsageError(f"there is no {path}", "check the name")
        if path.resolve().is_relative_to(root) or root.is_relative_to(path.resolve()):
            raise UsageError(f"{path} holds the case, or lies in it", "name the export itself")
