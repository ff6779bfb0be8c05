"""How a capture ended: a fixed set of words, measured, never guessed from what a page says."""

from __future__ import annotations

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("complete", "the whole answer came, with a 2xx status"),
    ("http-error", "the whole answer came, with another status: see `status`"),
    ("rate-limited", "the server answered 429: see `retry_after_s`"),
    ("dns-failure", "the name could not be resolved"),
    ("login-wall", "a page came that asks to log in, not the one that was asked for"),
    ("consent-wall", "a page came that asks for consent first, not the one that was asked for"),
    ("challenge", "a page came that wants proof of a person, not the one that was asked for"),
    ("geo-block", "the site says that it shows this not in this country"),
    (
        "not-recorded",
        "what was shown went over no connection (a service worker or a cache made it), or is not recorded",
    ),
    ("page-crashed", "the page brought the browser down: what came until then is kept"),
    ("not-text", "the answer is no text, and only text was to be kept: given up after its head"),
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
    ("decoded", "recorded as the browser tells it, not byte for byte"),
    ("download", "a browser is offered this as a file to keep"),
    ("page-hung", "a script of the page ran without end and was broken off"),
    ("page-stopped", "the page's scripts were switched off before its end"),
    ("scroll-limit", "scrolling ended before the end of the page"),
    ("list-incomplete", "the browser's own list of requests may lack something"),
    ("recorder", "a remark of the recorder about what could not be read"),
    ("no-picture", "no picture of the page could be taken"),
    ("no-pdf", "the page could not be printed"),
    ("no-dom", "the page's markup could not be had"),
    ("no-mhtml", "the page could not be saved as MHTML"),
    ("no-text", "the page's text could not be had"),
    ("picture-cut", "the picture does not reach the end of the page"),
    ("pdf-cut", "the print does not reach the end of the page"),
    ("dom-cut", "the markup was cut"),
    ("mhtml-cut", "the MHTML was cut"),
    ("text-cut", "the text was cut"),
    ("media", "the video behind the post could not be fetched"),
    ("more-problems", "further problems that are not listed one by one"),
)
"""Labels of problems that do not change the outcome; problems also carry the labels of OUTCOMES."""

WALLS = ("login-wall", "consent-wall", "challenge", "rate-limited")
"""Outcomes that a person, or patience, can mend: the same list tries these addresses again."""

WITHOUT_ITEM: tuple[tuple[str, str], ...] = (
    ("not-an-address", "the line of the list is no web address"),
    (
        "refused",
        "nothing was stored, with the reason: an address that may not be reached, or one that is held back",
    ),
    (
        "needs-login",
        "not asked: the host asks to log in, three times in a row; the next run of the list tries it",
    ),
    (
        "needs-person",
        "not asked: the host shows another wall, three times in a row; the next run of the list tries it",
    ),
)
"""What a run says of an address of which it stores no item."""
