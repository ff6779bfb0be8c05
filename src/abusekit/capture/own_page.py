"""Whether an address or an id that a page names is that of the page itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from abusekit.capture.address import Target, redirected, target
from abusekit.capture.address_ids import AddressIds, address_ids
from abusekit.errors import InputError

POST_NAMES = ("post.id", "post.code", "comment.id")
PROFILE_NAMES = ("author.id", "author.handle")


def base_of(url: str) -> Target | None:
    """`url` taken apart, to resolve what the page refers to; None where it is no web address."""
    try:
        return target(url.partition("#")[0])
    except InputError:
        return None


def absolute(base: Target | None, reference: str) -> str:
    """`reference` as an absolute address; as it is written where it cannot be one."""
    if base is None or not reference or reference.startswith("#"):
        return reference
    try:
        return redirected(base, reference.partition("#")[0]).url
    except InputError:
        return reference


def same_origin(base: Target | None, address: str) -> bool:
    """Whether `address` is of the scheme, host and port of `base` (RFC 6454)."""
    other = base_of(address)
    if base is None or other is None:
        return False
    return (base.scheme, base.host, base.port) == (other.scheme, other.host, other.port)


def recogniser(url: str, canonical: list[str]) -> Callable[[str], bool]:
    """A test of texts: is it the page's address (`url` or one of `canonical`), or the id or handle in it?

    The canonical addresses are the page's own claim.
    """
    base = base_of(url)
    read = [(one, address_ids(one)) for one in [url, *canonical[:5]]]
    addresses = {_bare(one) for one, _ in read}
    numbers = {key for _, ids in read if ids is not None for key in _keys(ids)}
    names = {value.lower() for _, _, value in numbers}

    @lru_cache(maxsize=2000)
    def is_page(text: str) -> bool:
        if text.startswith("at://"):  # AT Protocol: at://DID/collection/key, with the key of the web address
            return text.rpartition("/")[2] in names
        if text.lower().removeprefix("@") in names:
            return True
        there = absolute(base, text) if text.startswith(("/", "http:", "https:")) else text
        if _bare(there) in addresses:
            return True
        ids = address_ids(there) if numbers else None
        return ids is not None and any(key in numbers for key in _keys(ids))

    return is_page


def _keys(ids: AddressIds) -> set[tuple[str, str, str]]:
    """(platform, kind of thing, its id): what makes two addresses name the same thing."""
    wanted = PROFILE_NAMES if ids.kind == "profile" else POST_NAMES
    return {
        (ids.platform, "profile" if ids.kind == "profile" else "post", value)
        for name, value in ids.ids
        if name in wanted
    }


def _bare(url: str) -> str:
    """An address without what does not part two pages: scheme, `www.`, fragment, a slash at the end."""
    rest = url.partition("#")[0].partition("://")[2]
    return rest.removeprefix("www.").rstrip("/") or url
