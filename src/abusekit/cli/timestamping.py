"""What `seal`, `timestamp`, `capture` and `verify` share about time-stamp authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from abusekit.cli.options import Function, Session, authorities_folder, now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case
    from abusekit.cli.answers_stamps import StampAnswer
    from abusekit.integrity.sealing.stamping import Asked
    from abusekit.integrity.timestamps.authorities import TimeStampAuthority
    from abusekit.integrity.timestamps.stamps import Bracket
    from abusekit.integrity.timestamps.timestamp import Token
    from abusekit.integrity.trust import Authority, Trust

STILL_GOOD = "a seal is good without; ask again later: abusekit timestamp --pending"


def tsa_option(function: Function) -> Function:
    return click.option(
        "--tsa",
        multiple=True,
        metavar="NAME",
        help="Ask this time-stamp authority; several times for several (default: those of `authority default`).",
    )(function)


def chosen_authorities(names: Sequence[str]) -> list[TimeStampAuthority]:
    """The named ones that can be asked, else the user's defaults; maybe none. Raises UsageError."""
    from abusekit.errors import UsageError
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    wanted = list(dict.fromkeys(names)) or authorities.defaults(folder)
    found = [authorities.find(folder, name) for name in wanted]
    for one in found:
        if not one.url:
            raise UsageError(
                f"{one.name} is only trusted: it has no address to ask",
                f"abusekit timestamp --request OUT --tsa {one.name} writes a request to carry there",
            )
    return found


def trusted_authorities(roots: Sequence[str] = ()) -> list[Authority]:
    """Whose time counts: the package's, the user's, and NAME=FILE of `--roots`, which goes before both.

    Raises UsageError, InputError.
    """
    from abusekit.cli.named_files import read_named
    from abusekit.errors import UsageError
    from abusekit.integrity.timestamps import authorities
    from abusekit.integrity.timestamps.stamps import authority_name
    from abusekit.integrity.timestamps.timestamp_certificate import MOST_ROOTS_BYTES
    from abusekit.integrity.trust import Authority

    trusted = {one.name: one.trusted for one in authorities.known(authorities_folder())}
    for typed in roots:
        name, equals, file = typed.partition("=")
        if not equals or not authority_name(name) or not file:
            raise UsageError(f"not NAME=FILE: {typed[:100]}", "such as --roots local-a=local-a.pem")
        data = read_named(file, MOST_ROOTS_BYTES)
        authorities.roots_of(data)  # said now, not when the first token is met
        trusted[name] = Authority(name, data, pinned=True)
    return list(trusted.values())


def time_trust(told: Callable[[str], None]) -> Trust:
    """The authorities alone, for commands that only show times; `told` hears why none counts, where that is so."""
    from abusekit.errors import UsageError
    from abusekit.integrity.trust import Trust

    try:
        return Trust(authorities=trusted_authorities())
    except UsageError as fault:  # verify refuses; what is in the case can be shown all the same
        told(f"time stamps are not counted: {fault.message}")
        return Trust()


def set_bracket(standing: Standing, bracket: Bracket) -> None:
    """Note in an item's standing what trusted time stamps say of when it came into the case."""
    from abusekit.integrity.checks.stamptimes import second

    if bracket.not_after is not None:
        standing.not_later_than = second(bracket.not_after.gen_time), bracket.not_after.authority
    if bracket.not_before is not None:
        standing.not_earlier_than = second(bracket.not_before.gen_time), bracket.not_before.authority


def bracket_lines(standing: Standing) -> list[str]:
    """One line, or none: the times of trusted authorities between which an item came into the case."""
    words = ("not later than", standing.not_later_than), ("not earlier than", standing.not_earlier_than)
    said = [f"{word} {known[0]}, by {known[1]}" for word, known in words if known is not None]
    return [f"in the case {'; '.join(said)} (time stamps)"] if said else []


class Outcome(NamedTuple):
    """What came of asking."""

    stamps: list[StampAnswer]
    commands: list[str]
    """Lines by which a stranger repeats the checks."""

    @property
    def exit_code(self) -> int:
        """7 where an authority that was asked gave nothing that counts."""
        return 7 if any(one.problem for one in self.stamps) else 0


def stamp_seal(
    session: Session,
    case: Case,
    folder: Path,
    authorities: Sequence[TimeStampAuthority],
    *,
    by: str,
    offline: bool = False,
) -> Outcome:
    """Write requests over a seal and, unless `offline`, ask for the answers. Trouble with one stops no other."""
    from abusekit.integrity.sealing import stamping

    waiting = stamping.ask(case, folder, [one.name for one in authorities], by=by, now=now)
    by_name = {one.name: one for one in authorities}
    if offline:
        for asked in waiting:
            session.say(
                f"{asked.authority}: request written, nothing sent; later: abusekit timestamp --pending"
            )
        return Outcome([answer_of(asked) for asked in waiting], [])
    return fetch(session, case, [(asked, by_name[asked.authority]) for asked in waiting], by=by)


def fetch(
    session: Session, case: Case, wanted: Sequence[tuple[Asked, TimeStampAuthority]], *, by: str
) -> Outcome:
    """Send requests that stand in the case, and keep every answer that is good."""
    from abusekit.errors import AbusekitError, EvidenceError, NetworkError
    from abusekit.net.timestamp_http import post_query

    outcome = Outcome([], [])
    if wanted:
        hosts = ", ".join(dict.fromkeys(f"{authority.name} ({authority.url})" for _, authority in wanted))
        session.say(f"connects to {hosts}: they learn a digest, and this computer's network address")
    failed = False
    for asked, authority in wanted:
        try:
            response = post_query(authority.url, case.read_small(asked.request, 1 << 12))
            taken = keep(session, case, asked, response, authority, by=by)
        except (EvidenceError, NetworkError) as fault:
            session.say(f"{asked.authority}, seal {asked.seal}: {fault.message}")
            failed = True
            outcome.stamps.append(answer_of(asked, problem=fault.message))
            continue
        except AbusekitError as fault:  # the case itself: locked, full, changed by another run meanwhile
            session.say(f"{asked.authority}, seal {asked.seal}: {fault.message}")
            outcome.stamps.append(answer_of(asked, problem=fault.message))
            continue
        outcome.stamps.append(taken[0])
        outcome.commands.extend(line for line in taken[1] if line not in outcome.commands)
    if failed:
        session.say(STILL_GOOD)
    return outcome


def keep(
    session: Session, case: Case, asked: Asked, response: bytes, authority: TimeStampAuthority, *, by: str
) -> tuple[StampAnswer, list[str]]:
    """Verify an answer, keep it, and say what it shows; gives that, and how strangers check it."""
    from abusekit.integrity.checks.stamptimes import APART, said, span
    from abusekit.integrity.sealing import stamping

    token = stamping.take_response(case, asked, response, authority.trusted, by=by, now=now)
    command = stamping.openssl_command(case, asked, token, authority.path)
    if not session.json:
        session.print(f"stamped: seal {asked.seal} {said(authority.name, token)}")
    ahead = token.gen_time - now()
    if ahead > APART:
        session.say(
            f"{authority.name}: its time is {span(ahead)} ahead of this computer's clock: abusekit doctor"
        )
    return answer_of(asked, token, command), [stamping.list_command(case, asked), command]


def answer_of(
    asked: Asked, token: Token | None = None, command: str | None = None, problem: str = ""
) -> StampAnswer:
    from abusekit.cli.answers_stamps import StampAnswer
    from abusekit.integrity.checks.stamptimes import second

    answer = StampAnswer(asked.authority, asked.seal, asked.listed, "pending", problem=problem)
    if token is not None:
        answer.state, answer.gen_time, answer.signer = "stamped", second(token.gen_time), token.signer
        answer.command = command
    return answer


def say_commands(session: Session, commands: Sequence[str]) -> None:
    """How strangers check the tokens; their roots they take from elsewhere."""
    if commands:
        session.say("How others check the time stamps without abusekit:")
        for command in commands:
            session.say(f"  {command}{remark(command)}")


def remark(command: str) -> str:
    """What to know about one of the printed lines, as a comment of the shell behind it."""
    if "openssl ts " not in command:
        return ""
    return '    # with roots from the authority itself; its warning "not a CA cert" means nothing'


def say_none(session: Session) -> None:
    """No authority is named, and none is a default."""
    session.say(
        "no time stamp: only this computer's clock says when this was sealed; choose two authorities"
        " (abusekit authority list), then: abusekit timestamp --tsa NAME --tsa NAME"
    )
