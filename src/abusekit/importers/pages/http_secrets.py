"""What in a recording of web traffic opens accounts: it stays in the sealed file, and is withheld in records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from abusekit.importers.fields import Table

WITHHELD = "[withheld]"
# The parts of a name that say what a value is: `access_token`, `X-Amz-Signature`, `sid`, `authKey`.
_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])(?:\w*(?:token|secret|passw|passwd|signature|session|credential|apikey|jwt|nonce)\w*"
    r"|pass|pwd|pw|key|\w+[_-]key|sig|sid|\w+[_-]sid|auth|\w*oauth\w*|authorization|code|otp|pin|ticket|hash|state|csrf\w*"
    r"|xsrf\w*|sso\w*|saml\w*|assertion|cookie|hmac|expires_?sig|sessid|phpsessid|jsessionid)(?:$|[^a-z])",
    re.IGNORECASE | re.ASCII,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PAIR = re.compile(r"([^&;=?#]{0,300})=([^&;#]*)")
_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]{0,30}://)[^/?#@]*@")
_LONG_PATH = re.compile(r"(?<=/)eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,2}")
_HEADERS = {
    "cookie": "cookie", "set-cookie": "cookie", "authorization": "token", "proxy-authorization": "token",
}  # fmt: skip
_PLAIN_HEADERS = ("access-control-", "sec-", ":", "content-", "if-", "public-key-pins", "strict-")
_MOST_NAME = 300
_MOST_URL = 8_192


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether what has this name mostly opens an account. Rather too often than too seldom."""
    return _SECRET_NAME.search(_CAMEL.sub("_", name)) is not None


def safe_url(url: str) -> tuple[str, bool]:
    """(the address without user, password and secret parameters, whether something was withheld)."""
    shown = _USER.sub(lambda found: f"{found[1]}{WITHHELD}@", url[:_MOST_URL])
    path, mark, rest = shown.partition("?") if "?" in shown else shown.partition("#")
    shown = _LONG_PATH.sub(WITHHELD, path) + mark + _PAIR.sub(_pair, rest)
    if len(url) > _MOST_URL:
        shown += "…"
    return shown, WITHHELD in shown and WITHHELD not in url


def _pair(found: re.Match[str]) -> str:
    secret = found[2] and (is_secret(found[1]) or found[2].startswith("eyJ"))
    return f"{found[1]}={WITHHELD}" if secret else found[0]


def kinds(entry: Table) -> Iterator[tuple[str, str]]:
    """(kind of secret, where in the entry) of what an entry of a HAR holds; nothing is said of its value."""
    for side in ("request", "response"):
        message = entry.get(side)
        if not isinstance(message, dict):
            continue
        if message.get("cookies"):
            yield "cookie", f"/{side}/cookies"
        headers = message.get("headers")
        for index, header in enumerate(headers if isinstance(headers, list) else []):
            if isinstance(header, dict) and (kind := _header(header.get("name"))):
                yield kind, f"/{side}/headers/{index}"
        if message.get("postData"):
            yield "posted data", f"/{side}/postData"


def _header(name: Any) -> str:
    if not isinstance(name, str):
        return ""
    if name.lower().startswith(_PLAIN_HEADERS):
        return ""
    return _HEADERS.get(name.lower(), "token" if is_secret(name[:_MOST_NAME]) else "")
