"""Files beside the archive that repeat what opens an account: found by value, in the spelling of each file."""

from __future__ import annotations

import quopri
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import pytest
from rawsite import RawSite

from abusekit.browser.plan import VisitPlan
from abusekit.browser.process import chromium, profiles
from abusekit.capture.browsing import record
from abusekit.capture.plan import Plan
from abusekit.capture.secret_places import SHORTEST, VALUES_LIMIT, holds, values
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.exchange import Exchange, Spool

NOW = datetime(2026, 11, 24, tzinfo=UTC)
KEY = 'a<b>=&"quoted"/' + "0123456789" * 12


def exchange(request: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    sent = f"GET / HTTP/1.1\r\n{request}\r\n\r\n".encode("latin-1")
    return Exchange("http://a.example/", "GET", NOW, sent, Spool(), headers=headers)


def test_values_are_those_of_cookies_and_keys() -> None:
    found = values(
        [
            exchange('Cookie: a=geheimnis-1; b="geheimnis-2"; c=short\r\nX-Api-Key: geheimnis-3'),
            exchange(
                "Authorization: Bearer geheimnis-4", (("Set-Cookie", "s=geheimnis-5; Path=/long-path-x"),)
            ),
            exchange("User-Agent: Mozilla/5.0", (("WWW-Authenticate", 'Basic realm="everybody-knows"'),)),
        ]
    )
    assert found == {f"geheimnis-{number}" for number in range(1, 6)}
    many = (("Set-Cookie", f"n=value-number-{number:05}") for number in range(VALUES_LIMIT + 1))
    assert values([exchange(headers=tuple(many))]) is None
    assert values([exchange("Cookie: a=" + "x" * (SHORTEST - 1))]) == frozenset()


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        KEY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"),
        KEY.replace('"', '\\"'),
        quote(KEY, safe=""),
    ],
)
def test_a_value_is_found_in_each_spelling_and_over_the_ends_of_pieces(spelled: str, size: int) -> None:
    text = b"before " + spelled.encode() + b" after"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert holds(pieces, frozenset({KEY}))
    assert not holds(pieces, frozenset({KEY.replace("9", "8")}))
    assert not holds(pieces, frozenset())
    packed = quopri.encodestring(text).replace(b"\n", b"\r\n")
    assert b"=\r\n" in packed
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert holds(pieces, frozenset({KEY}), quoted=True) and not holds(pieces, frozenset({KEY}))


def test_what_a_page_repeats_of_its_session_is_listed(plain_site: RawSite, tmp_path: Path) -> None:
    body = b"<p id=p>nothing yet</p><script>p.textContent = document.cookie</script>"
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        f"Set-Cookie: key={'k3y-' * 30}\r\nConnection: close\r\n\r\n"
    )
    plain_site.pages = {
        "/": [head.encode() + body],
        "/favicon.ico": [b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"],
    }
    (tmp_path / "used" / "Default").mkdir(parents=True)
    profiles.prepare(tmp_path / "store", "mine")
    profiles.keep(tmp_path / "store", "mine", tmp_path / "used", account="@me", address="", at=NOW)
    executable = chromium.find()
    assert executable, "no browser: make system-packages installs one"
    listed = []
    for profile in (tmp_path / "store" / "mine", None):
        visit = VisitPlan(profile=profile, pdf=False)
        policy = AddressPolicy((ip_network("127.0.0.1/32"),))
        plan = Plan(policy=policy, spool=tmp_path, deadline_s=60, visit=visit, identity="@me")
        capture = record(f"{plain_site.base}/", plan, executable, now=lambda: datetime.now(UTC))
        listed.append(capture.facts()["secret_places"])
        assert capture.secrets_count
        capture.close()
    assert listed == [["dom.html", "page.mhtml", "text.txt"], []]
