"""The settings of a case: `settings/0001.yaml`, `0002.yaml`, … write-once and logged; a change writes the next.

They are evidence of how the case was kept (who may produce exhibits, which time zone local times
mean), so they are never edited. `case.yaml` is a copy of the newest for people to read.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from abusekit.errors import CaseError, UsageError

SETTINGS_FORMAT = "abusekit-settings/1"
MAX_SETTINGS = 65_536
EXHIBIT_STYLES = (
    "{initials}/{n}",
    "{initials}{n}",
    "{initials}-{n}",
    "{initials}/{n:02}",
    "{initials}/{n:03}",
)

LOG_VIEWS = "log-views"
POLICIES = {LOG_VIEWS: "every look at content, and every copy of it that leaves, is logged with a reason"}
"""What a case can be kept to → what it asks for."""

WIDEST = {4: 8, 6: 16}
"""IP version → shortest prefix of a network that a person may allow."""
_INITIALS = re.compile(r"[A-Z][A-Z0-9]{0,9}\Z")


@dataclass(frozen=True, slots=True)
class Producer:
    initials: str
    """Upper-case letters and digits; the first part of every exhibit reference of this person."""
    name: str
    """Full name, as it will stand in the statement."""
    role: str
    """victim, volunteer, officer, … in the person's own words."""


@dataclass(frozen=True, slots=True)
class Settings:
    case: str
    """UUID of the case."""
    reference: str
    zone: str
    """IANA name; what a local time on the command line means."""
    producers: tuple[Producer, ...]
    title: str = ""
    exhibit_style: str = EXHIBIT_STYLES[0]
    allowed_networks: tuple[str, ...] = ()
    """Networks in CIDR form that captures may reach although they are not global unicast."""
    place: str = ""
    """Where items are kept from the moment they are taken in, until the log says otherwise; empty: not stated."""
    policy: tuple[str, ...] = ()
    """Keys of POLICIES."""
    unknown: dict[str, Any] = field(default_factory=dict)
    """Fields of a newer version: kept as they are."""

    def producer(self, initials: str | None) -> Producer:
        """The person who acts. Raises UsageError where several could be meant."""
        if initials is None:
            if len(self.producers) == 1:
                return self.producers[0]
            raise UsageError(
                "this case has several producers", f"say who acts: --as {self.producers[0].initials}"
            )
        for producer in self.producers:
            if producer.initials == initials.upper():
                return producer
        known = ", ".join(p.initials for p in self.producers)
        raise UsageError(
            f"no producer with the initials {initials}", f"known: {known}; add one: abusekit settings change"
        )

    def exhibit(self, initials: str, number: int) -> str:
        return self.exhibit_style.format(initials=initials, n=number)

    def with_producer(self, producer: Producer) -> Settings:
        _refuse_twins([*self.producers, producer])
        return replace(self, producers=(*self.producers, producer))


def parse_producer(text: str) -> Producer:
    """`PO:Producer One:volunteer` as typed. Raises UsageError with an example."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 3 or not all(parts):
        raise UsageError(
            f"not a producer: {text}",
            'write initials, full name, role: --producer "PO:Producer One:volunteer"',
        )
    initials = parts[0].upper()
    if not _INITIALS.match(initials):
        raise UsageError(
            f"not initials: {parts[0]}", "1 to 10 letters and digits, a letter first, such as PO or PO2"
        )
    return Producer(initials, parts[1], parts[2])


def check_settings(settings: Settings) -> Settings:
    """The settings themselves. Raises UsageError for the first thing that is not right."""
    if not settings.reference.strip():
        raise UsageError("the case needs a reference", "such as --ref OP-1")
    for text in (
        settings.reference,
        settings.title,
        settings.place,
        *(t for p in settings.producers for t in (p.name, p.role)),
    ):
        if not text.isprintable():
            raise UsageError(
                f"the settings hold a character that cannot be shown: {text!a}", "type the text anew"
            )
    check_zone(settings.zone)
    if not settings.producers:
        raise UsageError("the case needs a producer", '--producer "PO:Producer One:volunteer"')
    _refuse_twins(settings.producers)
    if settings.exhibit_style not in EXHIBIT_STYLES:
        raise UsageError(
            f"unknown exhibit style: {settings.exhibit_style}", "one of " + "  ".join(EXHIBIT_STYLES)
        )
    if "}{" in settings.exhibit_style and any(ch.isdigit() for p in settings.producers for ch in p.initials):
        raise UsageError(
            "initials with a digit need an exhibit style with a separator: PO2 and 1 would read as PO21",
            "such as --exhibit-style '{initials}/{n}'",
        )
    for rule in settings.policy:
        if rule not in POLICIES:
            raise UsageError(f"unknown policy: {rule}", "one of " + "  ".join(POLICIES))
    for network in settings.allowed_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as fault:
            raise UsageError(f"not a network: {network}", "such as --allow-network 192.168.1.0/24") from fault
    return settings


def check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError) as fault:  # ZoneInfoNotFoundError is a KeyError only by its other base
        raise UsageError(f"unknown time zone: {zone}", "an IANA name, such as Europe/London") from fault
    except KeyError as fault:
        raise UsageError(f"unknown time zone: {zone}", "an IANA name, such as Europe/London") from fault


def canonical_zone(typed: str) -> str:
    """The zone as IANA spells it, whatever the case and with blanks for underscores. Raises UsageError."""
    text = "_".join(typed.split())
    for zone in available_timezones():  # first, since some disks find europe/london, too
        if zone.casefold() == text.casefold():
            return zone
    check_zone(text)
    return text


def check_width(network: str) -> None:
    """A network that a person allows is one that they know, not a large part of all. Raises UsageError."""
    try:
        found = ipaddress.ip_network(network)
    except ValueError as fault:
        raise UsageError(f"not a network: {network}", "such as --allow-network 192.168.1.0/24") from fault
    widest = WIDEST[found.version]
    if found.prefixlen < widest:
        raise UsageError(
            f"the network {network} is too wide: at most /{widest}", "such as --allow-network 192.168.1.0/24"
        )


def _refuse_twins(producers: Any) -> None:
    seen: dict[str, Producer] = {}
    for producer in producers:
        other = seen.setdefault(producer.initials, producer)
        if other is not producer:
            raise UsageError(
                f"two producers with the initials {producer.initials}: {other.name} and {producer.name}",
                f"exhibit references would collide; give one of them others, such as {producer.initials}2",
            )


def to_yaml(settings: Settings) -> bytes:
    import yaml

    document = {
        "format": SETTINGS_FORMAT,
        "case": settings.case,
        "reference": settings.reference,
        "title": settings.title,
        "zone": settings.zone,
        "exhibit_style": settings.exhibit_style,
        "producers": [{"initials": p.initials, "name": p.name, "role": p.role} for p in settings.producers],
        "allowed_networks": list(settings.allowed_networks),
        **({"place": settings.place} if settings.place else {}),
        **({"policy": list(settings.policy)} if settings.policy else {}),
        **settings.unknown,
    }
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return text.encode("utf-8")


def from_yaml(data: bytes) -> Settings:
    """Settings as stored. Raises CaseError: the folder is not ours, or was edited by hand."""
    document = _load(data)
    known = {
        "format", "case", "reference", "title", "zone", "exhibit_style", "producers", "allowed_networks", "place",
        "policy",
    }  # fmt: skip
    try:
        if document["format"] != SETTINGS_FORMAT:
            raise CaseError(f"settings of an unknown format: {document['format']!a}", "update abusekit")
        return check_settings(
            Settings(
                case=_text(document["case"]),
                reference=_text(document["reference"]),
                title=_text(document.get("title", "")),
                zone=_text(document["zone"]),
                exhibit_style=_text(document["exhibit_style"]),
                producers=tuple(
                    Producer(_text(p["initials"]), _text(p["name"]), _text(p["role"]))
                    for p in document["producers"]
                ),
                allowed_networks=tuple(_text(n) for n in document.get("allowed_networks", [])),
                place=_text(document.get("place", "")),
                policy=tuple(_text(rule) for rule in document.get("policy", [])),
                unknown={key: value for key, value in document.items() if key not in known},
            )
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise CaseError(f"the settings are not ours: {fault}", "run: abusekit verify") from fault
    except UsageError as fault:
        raise CaseError(f"the settings are not right: {fault.message}", "run: abusekit verify") from fault


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!a} is not text")
    return value


def _load(data: bytes) -> dict[str, Any]:
    """YAML without tags, without anchors (no bombs), without duplicate keys."""
    import yaml

    if len(data) > MAX_SETTINGS:
        raise CaseError("the settings are too large", "run: abusekit verify")

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise CaseError("the settings hold a YAML alias", "run: abusekit verify")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value]
            if len(set(keys)) != len(keys):
                raise CaseError("the settings hold a key twice", "run: abusekit verify")
            return super().construct_mapping(node, deep)

    try:
        document = yaml.load(data.decode("utf-8"), Loader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as fault:
        raise CaseError("the settings are not YAML", "run: abusekit verify") from fault
    if not isinstance(document, dict):
        raise CaseError("the settings are not a mapping", "run: abusekit verify")
    return document
