"""What a page says of itself: title, canonical address, author, ids, times, each with where it was found.

Claims of the page, and nothing else: whoever made it chose them. Nothing is chosen here either: a fact that
stands in several places is listed with each of them, and two values of one fact are a contradiction to be seen.

    title canonical site platform page.kind description            of the page
    post.id post.code post.uri post.url post.cid post.text         of the post that the page shows
    posted.machine posted.shown edited.machine deleted.machine     its times, as written
    author.id author.uri author.sec_uid author.url author.handle author.name author.same_as account.created
    author.image author.bio                                        address of the profile picture; words of the profile
    reply.to thread.root thread.id guild.id channel.id group.name  where it belongs
    comment.… listed.…                                             the same of answers, and of other posts
    elsewhere.…                                                    what JSON of another origin says, a frame's too
    alternate.activity alternate.oembed                            where the page says it in JSON

`author` is whose post it is or, on a profile, whose profile. `author.id` is the platform's number or DID, which
a new handle does not change; `author.uri` the same as an address (ActivityPub, `@id`). `author.image` and
`author.bio` are of the page's own author only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from abusekit.capture.address_ids import AddressIds, address_ids, platform_by_site
from abusekit.capture.bounded_json import read_json
from abusekit.capture.json_shapes import shape_facts
from abusekit.capture.own_page import absolute, base_of, recogniser, same_origin
from abusekit.capture.page_markup import PageMarkup, read_markup
from abusekit.capture.schema_facts import Found, linked_nodes, schema_facts
from abusekit.plain import safe_text

FACTS_LIMIT = 200
"""Facts of one page."""
OWN_LIMIT = 150
"""Of them, facts of the page's own, so that answers have room too."""
VALUE_LIMIT = 2000
"""Characters of one value."""
WHERE_LIMIT = 160
"""Characters that say where."""
BODY_LIMIT = 2 << 20
"""Characters of one body; a longer one is not read."""
BODIES_LIMIT = 8 << 20
"""Characters of all bodies."""
SHORT = 20
"""Letters up to which a text is looked for as whole words: a "no" stands in every page."""
NO_LETTER = re.compile(r"[\W_]+")

METAS = {
    "og:title": "title",
    "twitter:title": "title",
    "og:url": "canonical",
    "og:site_name": "site",
    "application-name": "site",
    "generator": "site.software",
    "og:description": "description",
    "twitter:description": "description",
    "description": "description",
    "og:type": "page.type",
    "author": "author.name",
    "article:author": "author.url",
    "profile:username": "author.handle",
    "twitter:creator": "author.handle",
    "twitter:creator:id": "author.id",
    "fediverse:creator": "author.handle",
    "instapp:owner_user_id": "author.id",
    "article:published_time": "posted.machine",
    "og:published_time": "posted.machine",
    "og:article:published_time": "posted.machine",
    "article:modified_time": "edited.machine",
    "og:updated_time": "edited.machine",
}
"""Property or name of a meta element → fact. `twitter:site` names the site's account, not the author's."""
PROFILE_METAS = {"og:image": "author.image", "og:description": "author.bio"}
"""On a profile only: elsewhere they are of the post, or of the site."""
NO_PORTRAIT = frozenset({"reddit"})
"""Platforms whose og:image of a profile is a card that they draw, with numbers that change."""
BIO_ALONE = frozenset({"x", "bluesky", "youtube", "chatterbox"})
"""Platforms whose og:description of a profile is the account's own words. Others put counts of followers before it
(Mastodon, Instagram, TikTok, Facebook): these change each day, and a change of bio that was none would be told."""
META_AUTHOR_ID = re.compile(r"[a-z0-9_.-]{1,40}:(?:author|user|account|profile|channel)[_-]?id")
META_POST_ID = re.compile(r"[a-z0-9_.-]{1,40}:(?:post|status|tweet|note|message|video)[_-]?id")
APP_ACCOUNT = re.compile(r"(?:fb://profile/|twitter://user\?id=)([0-9]{1,20})", re.ASCII)
"""Addresses for apps (`al:ios:url`) that hold an account's number."""
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
JSON_TYPE = re.compile(r"(?:application|text)/(?:[a-z0-9.-]{1,60}\+)?json\b", re.I)


@dataclass(frozen=True, slots=True)
class PageFact:
    """One thing that a page says, in one place."""

    name: str
    # of the list above
    value: str
    # as written, blanks at the ends cut, addresses made absolute; at most 2,000 characters
    where: str
    # in words: "meta og:title", "json-ld SocialMediaPosting author.identifier", "address /@{author.handle}"


def page_facts(
    html: str,
    url: str,
    *,
    shown_text: str | None = None,
    bodies: Iterable[tuple[str, str, str]] = (),
) -> tuple[PageFact, ...]:
    """What the page at `url` (its final address) says of itself; the page's own facts before those of others.

    `html`: the source or the rendered DOM. `shown_text`: the readable text, to see whether the words of
    `post.text` are in it (`post.text_shown`: yes or no). `bodies`: (address, media type, text) of other
    answers; JSON is read. Only one of the page's own origin, or one that the page declares (`link alternate`),
    can give facts of its own: a frame may fetch what it likes. Never raises for what they hold; at most 200
    facts, sizes bounded.
    """
    page = read_markup(html)
    ids = address_ids(url)
    base = base_of(url)
    canonical = [absolute(base, href) for rel, href, _ in page.links if "canonical" in rel]
    canonical += [absolute(base, value) for key, value in page.metas if key == "og:url"]
    gathered = _Gathering(url, canonical, ids, page)
    gathered.from_address()
    gathered.from_metas()
    gathered.from_links()
    gathered.from_items()
    gathered.from_marks()
    gathered.from_json(bodies)
    gathered.from_times()
    if shown_text is not None:
        gathered.compare(shown_text)
    return gathered.facts()


class _Gathering:
    def __init__(self, url: str, canonical: list[str], ids: AddressIds | None, page: PageMarkup) -> None:
        self.url, self.base, self.page = url, base_of(url), page
        self.ids = ids
        self.canonical = canonical
        self.kind = ids.kind if ids else ""
        self.is_page = recogniser(url, canonical)
        self.own: dict[tuple[str, str, str], None] = {}
        self.others: dict[tuple[str, str, str], None] = {}

    def add(self, name: str, value: str, where: str, *, own: bool = True) -> None:
        kept, limit = (self.own, OWN_LIMIT) if own else (self.others, FACTS_LIMIT)
        if len(kept) >= limit or not value:
            return
        text = value[: VALUE_LIMIT * 4].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = text.replace("\0", "").strip()
        if not name.endswith("post.text"):
            text = " ".join(text.split())
        rooted = text.startswith("/") and not name.endswith(".bio")
        if rooted or name == "canonical" or name.endswith((".url", ".uri", ".image")):
            text = absolute(self.base, text)
        if name.endswith("author.image") and not text.startswith(("http://", "https://")):
            return  # `data:` and the like: too long to be told, and nothing that the archive has an answer for
        if name.endswith("author.handle"):
            text = text.removeprefix("@")
        if text := text[:VALUE_LIMIT].strip():
            kept.setdefault((name, text, safe_text(where)[:WHERE_LIMIT]))

    def from_address(self) -> None:
        seen = set()
        for place, address in (("address", self.url), *(("canonical", one) for one in self.canonical[:3])):
            ids = self.ids if place == "address" else address_ids(address)
            if ids is None or (ids, place) in seen:
                continue
            seen.add((ids, place))
            shape = f" {ids.shape}" if ids.shape else ""
            if ids.platform:
                self.add(
                    "platform", ids.platform, f"{place} host" if ids.known_host else f"{place} shape{shape}"
                )
            self.add("page.kind", ids.kind, f"{place} shape{shape}")
            for name, value in ids.ids:
                self.add(name, value, f"{place}{shape}")

    def from_metas(self) -> None:
        self.add("title", self.page.title, "title element")
        for key, value in self.page.metas:
            name = METAS.get(key, "")
            if key == "article:author" and "://" not in value:
                name = "author.name"
            if META_AUTHOR_ID.fullmatch(key) and key not in METAS:
                name = "author.id"
            elif META_POST_ID.fullmatch(key):
                name = "post.id"
            elif key.startswith("al:") and (found := APP_ACCOUNT.match(value)):
                name, value = "author.id", found[1]  # noqa: PLW2901 - the number in the address
            if name:
                self.add(name, value, f"meta {key}")
            if name == "site" and not (self.ids and self.ids.known_host):
                self.add("platform", platform_by_site(value), f"meta {key}")
        self.from_profile_metas()

    def from_profile_metas(self) -> None:
        says = ("og:type", "profile") in self.page.metas
        if self.kind != "profile" and (self.kind or not says):
            return
        platforms = {value for name, value, _ in self.own if name == "platform"}
        for key, value in self.page.metas:
            portrait = key == "og:image" and not platforms & NO_PORTRAIT
            if portrait or (key == "og:description" and platforms & BIO_ALONE):
                self.add(PROFILE_METAS[key], value, f"meta {key}")

    def from_links(self) -> None:
        for rel, href, kind in self.page.links:
            if "canonical" in rel:
                self.add("canonical", href, "link canonical")
            if "author" in rel:
                self.add("author.url", href, "rel=author")
            if "me" in rel:
                self.add("author.same_as", href, "rel=me")
            if "alternate" in rel and kind.startswith(ACTIVITY_TYPES):
                self.add("alternate.activity", absolute(self.base, href), f"link alternate {kind}")
            if "alternate" in rel and "oembed" in kind:
                self.add("alternate.oembed", absolute(self.base, href), f"link alternate {kind}")

    def from_items(self) -> None:
        nodes = [node for text in self.page.linked_data for node in linked_nodes(read_json(text))]
        self.add_found(schema_facts(nodes, "json-ld", self.is_page, self.kind))
        for flavour in ("microdata", "rdfa", "microformats"):
            items = [node for one, node in self.page.items if one == flavour]
            self.add_found(schema_facts(items, flavour, self.is_page, self.kind))

    def add_found(self, found: tuple[list[Found], list[Found]]) -> None:
        for name, value, where in found[0]:
            self.add(name, value, where)
        for name, value, where in found[1]:
            self.add(name, value, where, own=False)

    def from_marks(self) -> None:
        """Ids in data- attributes, where the element is the page's own post, or the profile on a profile."""
        marked = self.page.marked
        own = [one for one in marked if one[1] and self.kind != "profile" and self.is_page(one[1])]
        profiles = (
            {user for _, post, user in marked if user and not post} if self.kind == "profile" else set()
        )
        for where, post, user in own or [one for one in marked if not one[1] and len(profiles) == 1]:
            self.add("post.id", post, where)
            self.add("author.id", user, where)
        for number, (where, post, user) in enumerate(
            one for one in marked[:200] if one[1] and one not in own[:50]
        ):
            self.add("listed.post.id", post, f"{where} [{number + 1}]", own=False)
            self.add("listed.author.id", user, f"{where} [{number + 1}]", own=False)

    def from_json(self, bodies: Iterable[tuple[str, str, str]]) -> None:
        documents = [(f"script {label}", "", text) for label, text in self.page.inline]
        size = 0
        for address, media_type, text in bodies:
            size += len(text)
            if JSON_TYPE.match(media_type) and len(text) <= BODY_LIMIT and size <= BODIES_LIMIT:
                documents.append((f"answer of {address[:100]}", address, text))
        platform = self.ids.platform if self.ids else ""
        told = {value for name, value, _ in self.own if name.startswith("alternate.")}
        for place, address, text in documents:
            value = read_json(text)
            of_page = address in told or address == self.url
            may_be = of_page or not address or same_origin(self.base, address)
            others = "listed" if may_be else "elsewhere"
            read = shape_facts(value, place, platform, self.kind, self.is_page)
            for number, (own, facts) in enumerate(read):
                # the document that the page itself calls its other form is about the page
                mine = may_be and (own or (of_page and not number and not any(each for each, _ in read)))
                for name, found, where in facts:
                    if mine or not name.endswith((".image", ".bio")):
                        self.add(name if mine else f"{others}.{name}", found, where, own=mine)

    def from_times(self) -> None:
        """The words that the page shows for its machine-readable time; the only time of a page is its own."""
        posted = {value for name, value, _ in self.own if name == "posted.machine"}
        stated = {raw.strip() for raw, _ in self.page.times if raw.strip()}
        only = len(stated) == 1 and not posted and self.kind not in ("profile", "group")
        for raw, shown in self.page.times:
            if raw.strip() in posted or (only and raw.strip()):
                self.add("posted.machine", raw, "time datetime")
                self.add("posted.shown", shown, "time element")

    def compare(self, shown_text: str) -> None:
        texts = [(value, where) for name, value, where in self.own if name == "post.text"]
        shown = shown_among({value for value, _ in texts}, shown_text)
        for value, where in texts:
            self.add("post.text_shown", "yes" if value in shown else "no", where)

    def facts(self) -> tuple[PageFact, ...]:
        found = [*self.own, *self.others][:FACTS_LIMIT]
        return tuple(PageFact(*one) for one in found)


def shown_among(values: Iterable[str], text: str) -> set[str]:
    """Those of `values` whose beginnings stand in the readable `text`; signs, blanks and case aside."""
    wanted = {value: _words(value[: VALUE_LIMIT // 2]) for value in values}
    if not wanted:
        return set()
    read = text[:BODY_LIMIT]
    words = _words(read)
    joined, bare = words.replace(" ", ""), "".join(read.split())
    found = set()
    for value, one in wanted.items():
        if not one:  # nothing but signs
            there = "".join(value.split()) in bare
        elif len(one) <= SHORT:
            there = f" {one} " in f" {words} "
        else:
            there = one.replace(" ", "") in joined
        if there:
            found.add(value)
    return found


def _words(text: str) -> str:
    return NO_LETTER.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def facts_for_item(facts: Iterable[PageFact]) -> list[dict[str, str]]:
    """The facts as they stand in `item.json` under `page_facts`: text only."""
    return [{"name": one.name, "value": one.value, "where": one.where} for one in facts]


def facts_of_item(recorded: object) -> tuple[PageFact, ...]:
    """The facts that `facts_for_item` wrote; what is none is passed over."""
    found = []
    for one in recorded if isinstance(recorded, list) else ():
        if isinstance(one, dict):
            name, value, where = one.get("name"), one.get("value"), one.get("where", "")
            if isinstance(name, str) and isinstance(value, str) and isinstance(where, str):
                found.append(PageFact(name, value, where))
    return tuple(found)


def values_of(facts: Iterable[PageFact]) -> dict[str, tuple[str, ...]]:
    """Name → its different values, in the order of the facts. More than one: the page contradicts itself."""
    found: dict[str, dict[str, None]] = {}
    for one in facts:
        found.setdefault(one.name, {}).setdefault(one.value)
    return {name: tuple(values) for name, values in found.items()}


def same_account(earlier: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]) -> bool | None:
    """Whether two readings (`values_of`) name the same stable account: True, False, or None for unknown.

    True where an `author.id`, `author.sec_uid` or `author.uri` is in both. False where both have one of a
    kind and share none. A handle is no stable id. That one person uses an account is not shown by it.
    """
    kinds = ("author.id", "author.sec_uid", "author.uri")
    both = [(set(earlier[kind]), set(now[kind])) for kind in kinds if earlier.get(kind) and now.get(kind)]
    if any(before & after for before, after in both):
        return True
    return False if both else None
