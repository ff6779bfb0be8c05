"""How a capture ended: a fixed set of words, measured, never guessed from what a page says."""

from __future__ import annotations

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("complete", "the whole answer came, with a 2xx status"),
    ("http-error", "the whole answer came, with another status: see `status`"),
    ("rate-limited", "the server answered 429: see `retry_after_s`"),
    ("dns-failure", "the name could not be resolved"),
    ("refused-address", "the name leads to an address that may not be reached: nothing was sent there"),
    ("refused-scheme", "a redirect leads to something other than http or https: not followed"),
    ("connect-failure", "no connection came about"),
    ("tls-failure", "the encrypted connection was not trusted or not possible: no request was sent"),
    ("reset", "the server closed the connection before an answer could be understood"),
    ("truncated", "the answer was cut short by the other side, or only a part of it was sent"),
    ("timeout", "the time limit for the address was reached"),
    ("too-large", "the size limit for the address was reached"),
    ("bad-response", "what came back does not follow HTTP"),
    ("bad-encoding", "the answer came whole, but its compression is damaged or unknown"),
    ("redirect-loop", "the redirects lead back to where they were"),
    ("redirect-limit", "there were more redirects than the plan allows"),
)
"""Outcome → meaning. Only `complete` is success; with every other, what was received is kept all the same."""

NOTES: tuple[tuple[str, str], ...] = (
    ("decoded-limit", "only the first part of the answer was unpacked to read its text"),
    ("parse-limit", "only the first part of the page was read for its text"),
    ("requisite-limit", "the page has more parts than the plan fetches"),
    ("not-fetched", "parts of the page were not fetched, because a limit was reached before"),
    ("bad-reference", "references in the page that are no web addresses"),
    ("no-content", "the server says that there is no content: there is nothing to see"),
    ("end-not-stated", "the answer states no length, and came unencrypted: its end cannot be known"),
    ("bad-date", "a time that is outside of what a timeline can hold"),
    ("more-problems", "further problems that are not listed one by one"),
)
"""Labels of problems that do not change the outcome; problems also carry the labels of OUTCOMES."""
