"""Which header fields may hold values that open something: cookies and authentication. One table for all readers."""

from __future__ import annotations

SET_COOKIE = ("set-cookie", "set-cookie2")
"""Of responses. Treated apart where the cookie's name matters."""

SECRET_HEADERS = (
    "authorization",
    "authentication-info",
    "proxy-authenticate",
    "proxy-authentication-info",
    "www-authenticate",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-xsrf-token",
)
"""Response headers whose values may open something."""

REQUEST_SECRETS = (
    "authorization",
    "cookie",
    "cookie2",
    "proxy-authorization",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-xsrf-token",
)
"""Request headers whose values may open something: only a browser with a session, or a page's script, sends them."""

ALL = frozenset((*SET_COOKIE, *SECRET_HEADERS, *REQUEST_SECRETS))
