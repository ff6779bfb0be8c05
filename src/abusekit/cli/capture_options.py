"""The options of every command that visits addresses, and what they come to: an engine, a plan, politeness."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from abusekit.cli.clock_options import NTP_OPTIONS
from abusekit.cli.options import Function, PathParameter, Session
from abusekit.cli.stamp_options import STAMP_OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.browser.plan import VisitPlan
    from abusekit.capture.engines import Engine
    from abusekit.capture.plan import Plan
    from abusekit.capture.queue import Politeness
    from abusekit.case.settings import Settings
    from abusekit.net.policy import AddressPolicy

HTTP_JOBS, BROWSER_JOBS = 8, 2
HTTP_SECONDS, BROWSER_SECONDS = 60.0, 120.0

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--engine",
        type=click.Choice(["auto", "browser", "http"]),
        default="auto",
        show_default=True,
        envvar="ABUSEKIT_ENGINE",
        help="How to record; auto: the browser where one is found.",
    ),
    click.option(
        "--allow-private", is_flag=True, help="Allow addresses of private networks and of this computer."
    ),
    click.option("--jobs", type=click.IntRange(1, 32), help="Captures at once (default: browser 2, http 8)."),
    click.option(
        "--per-host",
        type=click.IntRange(1, 32),
        help="Captures at once on one host (default: browser 2, http 1).",
    ),
    click.option(
        "--delay",
        type=click.FloatRange(0, 3600),
        default=1.0,
        show_default=True,
        metavar="S",
        help="Pause of a host between captures.",
    ),
    click.option(
        "--time-limit",
        type=click.FloatRange(1, 3600),
        metavar="S",
        help="For one address in all (default: browser 120, http 60).",
    ),
    click.option(
        "--max-bytes",
        type=click.IntRange(1, 2 << 30),
        default=100 << 20,
        show_default=True,
        help="For one address in all.",
    ),
    click.option(
        "--user-agent", metavar="TEXT", help="User agent to send; recorded. The http engine's names abusekit."
    ),
    click.option(
        "--ca-file",
        type=PathParameter(exists=True),
        metavar="PEM",
        help="Trust these roots, too; recorded.",
    ),
    click.option(
        "--no-requisites", is_flag=True, help="http: only the address itself, no images, style sheets, …"
    ),
    click.option(
        "--no-media",
        is_flag=True,
        help="Keep text only, by the http engine: no picture, sound or film is fetched.",
    ),
    click.option(
        "--profile", metavar="NAME", help="Use the session that `abusekit browser login NAME` keeps."
    ),
    click.option(
        "--wait",
        type=click.FloatRange(0, 600),
        default=0.0,
        metavar="S",
        help="Wait longer before pictures.",
    ),
    click.option(
        "--scroll",
        type=click.IntRange(0, 200),
        default=30,
        show_default=True,
        metavar="N",
        help="Scroll down N screens at most; 0: not at all.",
    ),
    click.option("--no-expand", is_flag=True, help="Do not press `more replies` and the like."),
    click.option("--dismiss-consent", is_flag=True, help="Press `reject` in consent banners; recorded."),
    click.option(
        "--viewport",
        default="1280x900",
        show_default=True,
        metavar="WxH",
        help="Size of the window.",
    ),
    click.option("--locale", default="", metavar="xx-XX", help="Language; recorded."),
    click.option("--timezone", default="", metavar="ZONE", help="Time zone that pages see; recorded."),
    click.option("--browser", type=PathParameter(), metavar="PATH", help="Which program."),
    click.option(
        "--recorder",
        type=click.Choice(["netlog", "decoded"]),
        default="netlog",
        show_default=True,
        help="Bytes of the connection, or what the browser tells of them (graded lower).",
    ),
    click.option(
        "--accept-bad-certificate",
        is_flag=True,
        help="Go on where the certificate is not trusted; recorded.",
    ),
    click.option(
        "--unsafe-no-sandbox",
        is_flag=True,
        help="Run without its sandbox; recorded. Only for pages of your own.",
    ),
    *NTP_OPTIONS,
    *STAMP_OPTIONS,
)


SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "How",
        ("engine", "no_requisites", "no_media", "time_limit", "max_bytes", "user_agent", "ca_file",
         "allow_private"),
    ),
    ("How politely", ("jobs", "per_host", "delay")),
    ("Our clock", ("ntp", "no_ntp")),
    ("Time stamps", ("stamp_each", "tsa")),
    (
        "With the browser",
        ("wait", "scroll", "no_expand", "dismiss_consent", "viewport", "locale", "timezone", "browser", "recorder",
         "accept_bad_certificate", "unsafe_no_sandbox"),
    ),
    ("As somebody who is logged in", ("profile",)),
)  # fmt: skip
"""Headings of the help, and the parameters below each."""


class CaptureOptions(NamedTuple):
    """What was typed. See the options' help."""

    engine: str
    allow_private: bool
    jobs: int | None
    per_host: int | None
    delay: float
    time_limit: float | None
    max_bytes: int
    user_agent: str | None
    ca_file: Path | None
    no_requisites: bool
    no_media: bool
    profile: str | None
    wait: float
    scroll: int
    no_expand: bool
    dismiss_consent: bool
    viewport: str
    locale: str
    timezone: str
    browser: Path | None
    recorder: str
    accept_bad_certificate: bool
    unsafe_no_sandbox: bool
    ntp: tuple[str, ...]
    no_ntp: bool
    stamp_each: bool
    tsa: tuple[str, ...]

    def chosen(self, session: Session) -> Engine:
        """The engine. Raises UsageError where the options contradict each other, NetworkError without a browser."""
        from abusekit.capture.engines import HTTP
        from abusekit.errors import MissingExtraError, UsageError

        if self.ca_file is not None:
            from abusekit.capture import tls

            tls.context(self.ca_file)
        if self.no_media or self.engine == "http":
            if self.engine == "browser" and self.no_media:
                raise UsageError(
                    "--no-media is for the http engine: a browser would fetch pictures by many ways",
                    "leave --engine browser out",
                )
            if self.profile:
                raise UsageError(
                    "--profile needs the browser engine", "leave --engine http or --no-media out"
                )
            if self.no_media:
                session.say(
                    "text only: pages come without pictures, and without what their scripts would add"
                )
            return HTTP
        from abusekit.browser.process import chromium

        found = chromium.find(self.browser)
        if found is not None:
            from abusekit.capture.browsing import BrowserEngine

            return BrowserEngine(found)
        if self.engine == "browser" or self.profile or self.browser:
            raise MissingExtraError(
                "no browser is found",
                "install Chromium (Debian: apt install chromium), or name it: --browser PATH",
            )
        session.say("no browser is found: captured by the http engine, without a picture of the page")
        return HTTP

    def plan(self, engine: Engine, settings: Settings, spool: Path) -> Plan:
        """The plan of each capture. Raises UsageError on a value that makes no sense."""
        from abusekit.capture.plan import USER_AGENT, Plan

        browser = engine.name == "browser"
        return Plan(
            user_agent=self.user_agent or USER_AGENT,
            deadline_s=self.time_limit or (BROWSER_SECONDS if browser else HTTP_SECONDS),
            max_bytes=self.max_bytes,
            requisites=not (self.no_requisites or self.no_media),
            policy=self._policy(settings),
            extra_ca=self.ca_file,
            spool=spool,
            accept_language=self.locale or None,
            visit=self._visit() if browser else None,
            text_only=self.no_media,
            identity=self._identity(),
        )

    def politeness(self, engine: Engine) -> Politeness:
        """Captures at once: never more browsers than cores."""
        from abusekit.capture.queue import Politeness

        if engine.name == "browser":
            jobs = min(self.jobs or BROWSER_JOBS, os.cpu_count() or 1)
            return Politeness(jobs=jobs, per_host=min(self.per_host or jobs, jobs), delay_s=self.delay)
        per_host = self.per_host or 1
        return Politeness(jobs=max(self.jobs or HTTP_JOBS, per_host), per_host=per_host, delay_s=self.delay)

    def _visit(self) -> VisitPlan:
        from abusekit.browser.plan import VisitPlan
        from abusekit.case.settings import check_zone
        from abusekit.errors import UsageError

        width, _, height = self.viewport.lower().partition("x")
        if not (width.isdecimal() and height.isdecimal() and len(self.viewport) < 12):
            raise UsageError(f"not a size: {self.viewport[:40]}", "such as --viewport 1280x900")
        if self.timezone:
            check_zone(self.timezone)
        profile = None
        if self.profile:
            from abusekit.browser.process import profiles
            from abusekit.cli.options import profiles_folder

            profile = profiles.show(profiles_folder(), self.profile).path
        return VisitPlan(
            executable=self.browser,
            width=int(width),
            height=int(height),
            locale=self.locale,
            timezone=self.timezone,
            user_agent=self.user_agent or "",
            wait_s=self.wait,
            scroll_screens=self.scroll,
            expand=not self.no_expand,
            dismiss_consent=self.dismiss_consent,
            profile=profile,
            accept_bad_certificate=self.accept_bad_certificate,
            unsafe_no_sandbox=self.unsafe_no_sandbox,
            recorder="decoded" if self.recorder == "decoded" else "netlog",
        )

    def _identity(self) -> str:
        """As whom the profile is logged in, as the person declared it."""
        if not self.profile:
            return ""
        from abusekit.browser.process import profiles
        from abusekit.cli.options import profiles_folder

        return profiles.show(profiles_folder(), self.profile).account

    def _policy(self, settings: Settings) -> AddressPolicy:
        from ipaddress import ip_network

        from abusekit.net.policy import AddressPolicy

        return AddressPolicy(tuple(ip_network(n) for n in settings.allowed_networks), self.allow_private)


def with_capture_options(function: Function) -> Function:
    """Adds the options; the command gets them as one `options`."""

    @wraps(function)
    def wrapper(*arguments: Any, **values: Any) -> Any:
        options = CaptureOptions(*(values.pop(name) for name in CaptureOptions._fields))
        return function(*arguments, options=options, **values)

    wrapped: Any = wrapper
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
