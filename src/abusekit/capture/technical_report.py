"""The technical report of one capture, for people (R4): what was asked, by what, and what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abusekit.capture.embedded_times import checks
from abusekit.capture.facts import LISTED_LIMIT, LISTED_SIZE
from abusekit.capture.outcome import OUTCOMES
from abusekit.capture.result import Capture
from abusekit.case.custody import instant_text
from abusekit.case.intake import Draft

if TYPE_CHECKING:
    from abusekit.browser.page.behaviours import Alteration
    from abusekit.browser.visit import Visit

_MEANING = dict(OUTCOMES)


def report_text(address: str, capture: Capture, draft: Draft) -> str:
    """Plain text, one fact a line. Says what was measured; gives no opinion."""
    lines = [
        "Technical report of one capture",
        "",
        f"Address as typed   {address}",
        f"Address as sent    {capture.url}",
        f"Final address      {capture.final_url}",
        f"Outcome            {capture.outcome}: {_MEANING.get(capture.outcome, '')}",
        f"HTTP status        {capture.status if capture.status is not None else 'none'}",
        f"Started            {instant_text(capture.started)} (our clock)",
        f"Ended              {instant_text(capture.ended)} (our clock)",
    ]
    seen = capture.visit
    clock = capture.server_clock
    if clock:
        lines.append(
            f"Server's clock     {clock.raw}; offset against ours {clock.offset_ms} ms (rounding 1 s)"
        )
    lines += [
        f"Received           {capture.bytes_received} bytes in {len(capture.exchanges)} exchanges",
        f"Fidelity           {draft.fidelity}",
        f"User agent sent    {capture.plan.user_agent if seen is None else seen.user_agent}",
        f"Limits             {capture.plan.deadline_s:g} s, {capture.plan.max_bytes} bytes"
        + (
            f", {capture.plan.max_redirects} redirects, {capture.plan.max_requisites} parts"
            if seen is None
            else ""
        ),
        f"Parts of the page  {capture.requisites.found} found, {capture.requisites.fetched} fetched, "
        f"{capture.requisites.failed} failed, {capture.requisites.not_fetched} not asked for",
        "",
        "Exchanges (time, status, address of the server, bytes, address asked)",
    ]
    size = 0
    for number, one in enumerate(capture.exchanges):
        size += len(one.url)
        if number >= LISTED_LIMIT or size > LISTED_SIZE:
            lines.append(f"  and {len(capture.exchanges) - number} more, which stand in the archive")
            break
        state = (
            ""
            if one.complete
            else f"  NOT WHOLE: {one.truncated or (one.problem.label if one.problem else '')}"
        )
        server = f"{one.ip or '-'}:{one.port}"
        lines.append(
            f"  {instant_text(one.at)}  {one.status or '---'}  {server}  {one.received.size}  {one.url}{state}"
        )
        if one.tls:
            trust = "trusted" if one.tls.verified else f"NOT TRUSTED: {one.tls.error}"
            lines.append(f"      {one.tls.version} {one.tls.cipher}, certificate {trust}")
    if seen is not None:
        lines += ["", *_of_the_browser(seen)]
    attempts = draft.method.get("attempts")
    for tried in attempts if isinstance(attempts, list) else ():
        if isinstance(tried, dict):
            lines.insert(
                6,
                f"Asked before       {tried['at']}: {tried['outcome']} {tried['status']}, asked again after"
                f" {tried['retry_after_s']} s as the server wished",
            )
    compared = checks(capture.page_facts, now=capture.ended)
    if compared:
        lines += ["", "Times in ids (derived), beside the times that the page states"]
        lines += [f"  {one.text}" for one in compared]
    lines += ["", "Problems"] + [f"  {problem}" for problem in draft.problems or ["none"]]
    lines += ["", "What this cannot show"] + [f"  {limit}" for limit in draft.limits]
    secrets = capture.secrets
    if secrets:
        lines += ["", "Values that servers gave to this client alone (to be removed from copies for others)"]
        lines += [f"  exchange {s.exchange}: {s.header} {s.name}".rstrip() for s in secrets]
        more = capture.secrets_count - len(secrets)
        lines += [f"  and {more} more, which stand in the archive"] if more else []
    return "\n".join(lines) + "\n"


CONDITIONS = (
    "downloads", "permissions", "header", "user-agent", "viewport", "locale", "timezone", "certificates",
)  # fmt: skip
"""Alterations that are settings of the browser, made before it asked for the page."""


def _of_the_browser(seen: Visit) -> list[str]:
    run, check = seen.run, seen.crosscheck
    lines = [
        f"Browser            {seen.executable.name} {seen.executable.version}"
        f"{' (headless shell)' if seen.executable.shell else ''}, {'in' if seen.sandboxed else 'WITHOUT'} its sandbox",
        f"Bytes recorded by  {seen.recorder}" + (f": {seen.recorder_fault}" if seen.recorder_fault else ""),
        f"Connections        {len(seen.connections)} through the gate, "
        f"{sum(1 for one in seen.connections if one.problem)} of them refused or broken off",
    ]
    if check is not None:
        lines.append(
            f"Two lists          {check.told} requests told by the browser, {check.recorded} recorded, {check.matched}"
            f" on both; {check.missing_count} answers not recorded, {check.statuses_count} with another status:"
            f" {check.verdict}"
        )
    lines.append(
        "Made of the page   "
        + (", ".join(one.name for one in seen.taken.artefacts) or "nothing could be made")
    )
    if run is None:
        return lines
    counts = ", ".join(f"{number} {name}" for name, number in run.inventory.counts.items() if number)
    lines += [f"Seen               {counts or 'nothing'}", ""]
    made = sorted((one for one in run.alterations if one.count), key=lambda one: one.at)
    before = [one for one in made if one.what in CONDITIONS]
    for title, group in (("Set before the page was asked for", before), ("Done to the page", made)):
        lines.append(title)
        lines += [_altered(one) for one in group if one not in before or group is before]
    return lines


def _altered(one: Alteration) -> str:
    listed = f" [{'; '.join(one.listed[:20])}]" if one.listed else ""
    return f"  {instant_text(one.at)}  {one.what} x{one.count}: {one.outcome} {one.detail}{listed}"[:600]
