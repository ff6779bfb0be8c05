"""One `<sms>`, `<mms>` or `<call>` of SMS Backup & Restore → one record."""

from __future__ import annotations

import re

from abusekit.importers.importer import Notes
from abusekit.importers.media import OCTETS
from abusekit.importers.model import Account, Attachment, Event, IdKind, Message, SourceRef, Time
from abusekit.importers.phone.phone_times import sent_by, written
from abusekit.importers.phone.xml_elements import Element, Inner


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OWNER = Account("sms", owner=True)
OWNER_CALL = Account("phone", owner=True)
_TOKEN = "insert-address-token"  # noqa: S105 - Android's mark for the phone's own number
_SMS = _words(
    "protocol address date type subject body toa sc_toa service_center read status locked date_sent sub_id "
    "readable_date contact_name seen error_code creator person thread_id _id reply_path_present"
)
_MMS = _words(
    "date rr sub ct_t read_status seen msg_box address sub_cs resp_st retr_st d_tm text_only exp locked m_id st "
    "retr_txt_cs retr_txt creator date_sent read m_size rpt_a ct_cls pri sub_id tr_id resp_txt ct_l m_cls d_rpt v _id "
    "m_type readable_date contact_name callback_set deletable reserved hidden msg_id app_id sim_imsi sim_slot "
    "spam_report safe_message thread_id from_address phone_id favorite d_rpt_st rr_st using_mode device_name "
    "date_ms_part reserve_time insert_time need_download network_type mx_id mx_id_v2 mx_status mx_type "
    "file_id bubble secret_mode group_id group_type teleservice_id"
)
_PART = _words("seq ct name chset cd fn cid cl ctt_s ctt_t text data _id mid sef_type")
_ADDRESS = _words("address type charset contact_id _id msg_id")
_CALL = _words(
    "number duration date type presentation subscription_id subscription_component_name post_dial_digits "
    "readable_date contact_name name numbertype numberlabel features sim_id new location countryiso geocoded_location "
    "via_number block_reason"
)
_NUMBER = re.compile(r"[+*#]?[\d\s().*#-]{2,40}", re.ASCII)
_BOXES = {"3": "draft", "4": "outbox", "5": "failed", "6": "queued"}
_OUTCOMES = {"3": "missed", "4": "voicemail", "5": "rejected", "6": "refused", "7": "answered elsewhere"}
_WITHHELD = {"-1": "unknown", "-2": "private", "-3": "payphone"}
_PRESENTATION = {"2": "private", "3": "unknown", "4": "payphone"}


class Phone:
    """What is the same for all records of one file: its accounts, and where to tell."""

    def __init__(self, path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self._accounts: dict[tuple[str, str, str], Account] = {}
        self._told = False

    def account(self, platform: str, address: str, contact: str) -> Account:
        key = (platform, address, contact)
        account = self._accounts.get(key)
        if account is None:
            kind: IdKind = "phone" if _NUMBER.fullmatch(address) else "email" if "@" in address else "handle"
            name = "" if contact in ("", "null", "(Unknown)") else contact
            account = Account(platform, address, kind, "", name, "contact_book" if name else "unknown")
            if len(self._accounts) < 20_000:
                self._accounts[key] = account
        return account

    def owner_numbered(self, address: str) -> Account:
        """The owner with the number that a sent message names."""
        if not self._told:
            self._told = True
            self.notes.secret("owner's phone", f"{self.path}, addr type 137 of sent messages")
        kind: IdKind = "phone" if _NUMBER.fullmatch(address) else "email" if "@" in address else "handle"
        return Account("sms", address, kind, owner=True)


def sms(element: Element, where: SourceRef, phone: Phone) -> Message | Event:
    have = element.attributes
    if have.keys().isdisjoint(("address", "date", "body", "type")):
        return _no_fields(element, where, "sms")
    address, box, text = have.get("address", ""), have.get("type", ""), have.get("body", "")
    other = phone.account("sms", address, have.get("contact_name", "")) if _set(address) else None
    flags = _flags(element, set() if have.keys() <= _SMS else have.keys() - _SMS)
    if text == "null":
        flags.append("null_text")
    incoming = box == "1"
    sent = written(have, "receiver" if incoming else "sender", phone.notes, flags)
    message = Message("sms", "sms", address, None, text, sent, where, title=_null(have.get("subject", "")))
    network = sent_by(have, 1000, flags)
    _sides(message, box, other, (other,) if other else (), flags)
    if not incoming and have.get("status") == "64":
        flags.append("delivery_failed")
    return _completed(message, element, network, flags)


def mms(element: Element, where: SourceRef, phone: Phone) -> Message | Event:
    have = element.attributes
    if have.keys().isdisjoint(("address", "date", "msg_box", "m_id")) and not element.inner:
        return _no_fields(element, where, "mms")
    address, box = have.get("address", ""), have.get("msg_box", "")
    flags = _flags(element, (have.keys() - _MMS) | _unknown_inside(element))
    author, recipients = _mms_sides(element, have, phone, flags)
    sent = written(have, "receiver" if box == "1" else "sender", phone.notes, flags)
    texts, attachments = _parts(element)
    if "null" in texts:
        flags.append("null_text")
    if have.get("m_type") == "130":
        flags.append("not_downloaded")
    title = _null(have.get("sub", "")) or (_null(have.get("contact_name", "")) if "~" in address else "")
    message = Message("mms", "sms", address, None, "\n".join(texts), sent, where, title=title)
    message.native_id = _null(have.get("m_id", ""))
    message.attachments = attachments
    network = sent_by(have, 1, flags)
    _sides(message, box, author, recipients, flags)
    if author is None and box == "1":
        flags.append("sender_not_recorded")
    return _completed(message, element, network, flags)


def call(element: Element, where: SourceRef, phone: Phone) -> Event:
    have = element.attributes
    if have.keys().isdisjoint(("number", "date", "type")):
        return _no_fields(element, where, "phone")
    number, kind = have.get("number", ""), have.get("type", "")
    flags = _flags(element, have.keys() - _CALL)
    withheld = _WITHHELD.get(number) or _PRESENTATION.get(have.get("presentation", ""))
    other = (
        phone.account("phone", number, have.get("contact_name", ""))
        if _set(number) and number not in _WITHHELD
        else None
    )
    if withheld:
        flags.append(f"number_withheld:{withheld}")
    outgoing = kind == "2"
    sent = written(have, "sender" if outgoing else "receiver", phone.notes, flags)
    event = Event("missed_call" if kind == "3" else "call", "phone", number, None, "", sent, where)
    event.duration_s = _duration(have.get("duration", ""), flags)
    if kind in ("1", "2"):
        event.outcome = "answered" if event.duration_s else ""
    else:
        event.outcome = _OUTCOMES.get(kind, "")
    if outgoing:
        event.author, event.target, event.direction = OWNER_CALL, other, "out"
    elif kind == "1" or kind in _OUTCOMES:
        event.author, event.target, event.direction = other, OWNER_CALL, "in"
    else:
        flags.append(f"unknown_type:{kind[:20]}")
        event.target = other
    event.flags = tuple(flags)
    return event


def _sides(
    message: Message, box: str, other: Account | None, recipients: tuple[Account, ...], flags: list[str]
) -> None:
    """Who wrote to whom, by the box in which the phone kept it. `other`: of an incoming message, the sender."""
    if box == "1":
        message.author, message.direction = other, "in"
        message.recipients = recipients if message.kind == "mms" else (OWNER,)
    elif box == "2" or box in _BOXES:
        owner = message.kind == "mms" and other is not None and other.owner
        message.author, message.direction = (other if owner else OWNER), "out"
        message.recipients = recipients
        if box != "2":
            flags.append(f"box:{_BOXES[box]}")
        if box in ("3", "5"):
            flags.append("never_sent")
    else:
        # no box that is known: nothing says who wrote it
        message.recipients = ()
        flags.append(f"unknown_type:{box[:20]}")


def _mms_sides(
    element: Element, have: dict[str, str], phone: Phone, flags: list[str]
) -> tuple[Account | None, tuple[Account, ...]]:
    """Sender and recipients by `<addr>`: 137 from, 151 to, 130 copy, 129 blind copy (PduHeaders of Android).

    Without any of them (older backups) the one address of the message is the other side.
    """
    address, box = have.get("address", ""), have.get("msg_box", "")
    contact = have.get("contact_name", "") if "~" not in address else ""
    author: Account | None = None
    recipients: list[Account] = []
    listed = [inner.attributes for inner in element.inner if inner.name == "addr"]
    for one in listed:
        number, role = one.get("address", ""), one.get("type", "")
        if not _set(number):
            continue
        account = (
            OWNER if number == _TOKEN else phone.account("sms", number, contact if number == address else "")
        )
        if role == "137":
            if box == "2" and number != _TOKEN:
                account = phone.owner_numbered(number)
            author = account
        elif role in ("151", "130", "129"):
            recipients.append(account)
        else:
            flags.append(f"unknown_address_type:{role[:20]}")
    if not listed and _set(address) and "~" not in address:
        other = phone.account("sms", address, contact)
        if box == "1":
            return other, (OWNER,)
        return None, (other,)
    return author, tuple(recipients)


def _parts(element: Element) -> tuple[list[str], tuple[Attachment, ...]]:
    """The texts and the media of an MMS; SMIL, which only says how to lay them out, is neither."""
    texts: list[str] = []
    attachments: list[Attachment] = []
    for inner in element.inner:
        if inner.name != "part":
            continue
        have = inner.attributes
        kind = have.get("ct", "")
        if kind == "application/smil":
            continue
        holds = inner.media is not None and inner.media.text not in ("null", "")
        holds = holds or (inner.media is not None and inner.media.end - inner.media.start > 16)
        if kind == "text/plain" and not holds:
            texts.append(have.get("text", ""))
        else:
            attachments.append(_attachment(inner, kind, holds))
    return texts, tuple(attachments)


def _attachment(inner: Inner, kind: str, holds: bool) -> Attachment:
    have = inner.attributes
    name = next((have[key] for key in ("cl", "name", "fn", "cid") if _set(have.get(key, ""))), "")
    media = inner.media
    if media is None and have.get("data"):
        return Attachment(
            name, "corrupt", media_type=kind, note="inside the file, in a form that is not read"
        )
    if media is None or not holds:
        return Attachment(name, "missing", media_type=kind)
    place = f"inside the file, bytes {media.start}–{media.end}"
    if media.fault:
        return Attachment(name, "corrupt", media_type=kind, note=f"{place}; {media.fault}")
    found = kind if media.media_type == OCTETS else media.media_type
    return Attachment(name, "present", "", found, media.sha256, media.size, note=f"{place}, base64")


def _completed(message: Message, element: Element, network: Time | None, flags: list[str]) -> Message:
    if network is not None:
        message.times = (("date_sent", network),)
    if element.repairs:
        message.steps = tuple(dict.fromkeys(repair.what for repair in element.repairs))
    message.flags = tuple(flags)
    return message


def _flags(element: Element, unknown: set[str]) -> list[str]:
    flags = []
    if element.repairs:
        flags.append("repaired")
    if unknown:
        flags.append("unknown_fields:" + ",".join(name[:40] for name in sorted(unknown)[:10]))
    if element.more:
        flags.append(f"parts_not_read:{element.more}")
    return flags


def _unknown_inside(element: Element) -> set[str]:
    unknown: set[str] = set()
    for inner in element.inner:
        if inner.name == "part":
            unknown |= inner.attributes.keys() - _PART
        elif inner.name == "addr":
            unknown |= inner.attributes.keys() - _ADDRESS
        elif inner.name not in ("parts", "addrs"):
            unknown.add(inner.name)
    return unknown


def _no_fields(element: Element, where: SourceRef, platform: str) -> Event:
    return Event(
        "unparsed", platform, "", None, f"A <{element.name}> without any field that is known.", None, where
    )


def _duration(text: str, flags: list[str]) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    flags.append("no_duration")
    return None


def _set(text: str) -> bool:
    return text not in ("", "null")


def _null(text: str) -> str:
    return text if _set(text) else ""
