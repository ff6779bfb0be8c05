"""Account numbers and addresses of coins, told from other text by the check digits that they carry.

IBAN: ISO 13616, modulo 97. Bitcoin and kin: Base58Check; BIP 173 and 350 (bech32, bech32m). Ethereum: EIP-55, where
capital letters are mixed in; without them it has no check, and forty hexadecimal digits after 0x count as one.
"""

from __future__ import annotations

import re
from hashlib import sha256

IBAN_LENGTHS = {
    piece[:2]: int(piece[2:])
    for piece in [
        "AD24",
        "AE23",
        "AL28",
        "AT20",
        "AZ28",
        "BA20",
        "BE16",
        "BG22",
        "BH22",
        "BR29",
        "BY28",
        "CH21",
        "CR22",
        "CY28",
        "CZ24",
        "DE22",
        "DK18",
        "DO28",
        "EE20",
        "EG29",
        "ES24",
        "FI18",
        "FO18",
        "FR27",
        "GB22",
        "GE22",
        "GI23",
        "GL18",
        "GR27",
        "GT28",
        "HR21",
        "HU28",
        "IE22",
        "IL23",
        "IQ23",
        "IS26",
        "IT27",
        "JO30",
        "KW30",
        "KZ20",
        "LB28",
        "LC32",
        "LI21",
        "LT20",
        "LU20",
        "LV21",
        "MC27",
        "MD24",
        "ME22",
        "MK19",
        "MR27",
        "MT31",
        "MU30",
        "NL18",
        "NO15",
        "PK24",
        "PL28",
        "PS29",
        "PT25",
        "QA29",
        "RO24",
        "RS22",
        "SA24",
        "SC31",
        "SE24",
        "SI19",
        "SK24",
        "SM27",
        "ST25",
        "SV28",
        "TL23",
        "TN24",
        "TR26",
        "UA29",
        "VA22",
        "VG24",
        "XK20",
    ]
}
"""Country → signs of its IBAN; own list after the SWIFT registry. One of a country that is missing is not found."""
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[ A-Za-z0-9]{11,45}")
_COIN = re.compile(
    r"(?<![A-Za-z0-9])(?:0x[0-9a-fA-F]{40}|(?:bc1|ltc1|BC1|LTC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{8,87}"
    r"|[13LMDTA][1-9A-HJ-NP-Za-km-z]{24,34})(?![A-Za-z0-9])"
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VERSIONS = {0x00: "btc", 0x05: "btc", 0x30: "ltc", 0x32: "ltc", 0x1E: "doge", 0x41: "trx"}


def payments(text: str) -> list[tuple[str, int, int]]:
    """(value, start, end) of what passes its check: `iban:GB…`, `btc:…`, `eth:0x…`, `ltc:…`, `doge:…`, `trx:…`."""
    found = []
    for match in _IBAN.finditer(text):
        if cut := _iban(match[0]):
            found.append((f"iban:{cut.replace(' ', '').upper()}", match.start(), match.start() + len(cut)))
    for match in _COIN.finditer(text):
        if value := _coin(match[0]):
            found.append((value, match.start(), match.end()))
    return found


def _iban(text: str) -> str:
    """The start of `text` that is an IBAN; empty: none."""
    wanted = IBAN_LENGTHS.get(text[:2].upper(), 0)
    signs = 0
    for place, sign in enumerate(text):
        signs += sign != " "
        if signs == wanted:
            cut, after = text[: place + 1], text[place + 1 : place + 2]
            plain = cut.replace(" ", "").upper()
            turned = "".join(str(int(one, 36)) for one in plain[4:] + plain[:4])
            return cut if int(turned) % 97 == 1 and not after.isalnum() else ""
    return ""


def _coin(text: str) -> str:
    if text.startswith("0x"):
        return f"eth:{text.lower()}" if _eip55(text[2:]) else ""
    if text[:3].lower() in {"bc1", "ltc"}:
        return _bech32(text)
    number = 0
    for sign in text:
        number = number * 58 + _BASE58.index(sign)
    if number >> 200:
        return ""
    decoded = number.to_bytes(25, "big")
    leading = len(decoded) - len(decoded.lstrip(b"\0"))
    sound = sha256(sha256(decoded[:21]).digest()).digest()[:4] == decoded[21:]
    if not sound or len(text) - len(text.lstrip("1")) != leading:
        return ""
    kind = _VERSIONS.get(decoded[0])
    return f"{kind}:{text}" if kind else ""


def _bech32(text: str) -> str:
    plain = text.lower()
    if text not in (plain, text.upper()):
        return ""
    human, _, coded = plain.rpartition("1")
    values = [_BECH32.find(sign) for sign in coded]
    if human not in ("bc", "ltc") or min(values) < 0:
        return ""
    check = 1
    for value in [*(ord(sign) >> 5 for sign in human), 0, *(ord(sign) & 31 for sign in human), *values]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> bit & 1 else 0
    wanted = 1 if values[0] == 0 else 0x2BC830A3
    return f"{'btc' if human == 'bc' else 'ltc'}:{plain}" if check == wanted else ""


def _eip55(digits: str) -> bool:
    if digits in (digits.lower(), digits.upper()):
        return True
    hashed = keccak256(digits.lower().encode()).hex()
    return all(
        sign.isdigit() or sign.isupper() == (int(of, 16) > 7)
        for sign, of in zip(digits, hashed, strict=False)
    )


def keccak256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum has it, which is not SHA3-256 (other padding); `data` below 136 bytes."""
    if len(data) >= 136:
        raise ValueError("one block only")
    block = bytearray(136)
    block[: len(data)] = data
    block[len(data)] ^= 1
    block[135] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for number in range(17):
        lanes[number % 5][number // 5] = int.from_bytes(block[8 * number : 8 * number + 8], "little")
    register = 1
    for _ in range(24):
        register = _keccak_round(lanes, register)
    return b"".join(lanes[number % 5][number // 5].to_bytes(8, "little") for number in range(4))


def _keccak_round(lanes: list[list[int]], register: int) -> int:
    columns = [lane[0] ^ lane[1] ^ lane[2] ^ lane[3] ^ lane[4] for lane in lanes]
    for x in range(5):
        mixed = columns[x - 1] ^ _turned(columns[(x + 1) % 5], 1)
        lanes[x] = [lane ^ mixed for lane in lanes[x]]
    x, y, current = 1, 0, lanes[1][0]
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        current, lanes[x][y] = lanes[x][y], _turned(current, (step + 1) * (step + 2) // 2)
    for y in range(5):
        row = [lanes[x][y] for x in range(5)]
        for x in range(5):
            lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
    for bit in range(7):
        register = (register << 1 ^ (register >> 7) * 0x71) % 256
        if register & 2:
            lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return register


def _turned(lane: int, by: int) -> int:
    by %= 64
    return (lane << by | lane >> (64 - by)) & 0xFFFFFFFFFFFFFFFF
