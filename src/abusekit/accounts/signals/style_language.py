"""In which language an account writes, as far as that decides whether its style is compared at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set

from abusekit.accounts.signals.distortion import WORD

MEASURED = "English"
"""The only language that style was measured in (Ubuntu and Raku IRC, Twitter); others get no number."""

_STOP_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "English": "the to and a of in is it you that i for on my with this be have are was not but your as at so what"
        " if can just do we they he she all me how an or from no it's i'm don't there get out will would about up"
        " when more know who has by his her their our been were then than u im dont",
        "German": "der die das und ist nicht ich du ein eine zu den mit auf für von es sich dem dass im auch wie aber"
        " sie wir hat nur noch mir mich dich wenn was kann sind bei wird oder schon",
        "French": "le la les de des et est je tu que un une pas pour dans ce qui sur il elle en du mais avec vous nous"
        " ne plus on au sont par ça c'est j'ai ta ton mon",
        "Spanish": "el la los las de que y en un una es no se por con para su al lo como más pero me te tu mi si del"
        " muy eres está yo porque hay todo",
        "Italian": "il la di che e è un una per non sono con mi ti si ma come lo del della gli anche se ho hai questo"
        " tu io perché nel più cosa",
        "Portuguese": "o os de que e é um uma não para com se por mais como mas do da no na eu você ele isso está tem"
        " seu meu ao muito também",
        "Dutch": "de het een en van ik je dat niet is op te zijn voor met er maar ook wat die aan hij ze we nog als"
        " dan jij mijn heb deze",
        "Polish": "nie się i w na z to jest że do co jak ja ty ale po za mnie tak już tylko od czy przez dla ma być",
        "Scandinavian": "og det er ikke jeg du som en på å att och inte jag är den til med for på av men så har kan"
        " dig mig vi deg meg av hvad hva vad",
        "Turkish": "bir ve bu ne da de için ben sen çok ama gibi mi var yok daha o kadar her şey değil",
        "Romanian": "nu și că în de la cu pe un o este sunt mai dar ce care din pentru eu tu am ai să",
        "Welsh": "yn y yr i a o ar mae ac am dim wedi fi ti ei ond beth oedd bod fel gan sydd",
        "Indonesian": "yang di dan itu ini ke tidak aku kamu dengan untuk ada dari bisa sudah juga saya akan kalau",
        "Tagalog": "ang ng sa na mga ko mo ay hindi ako ka naman lang siya ito para kung at",
        "Romanised Hindi": "hai ki ka ke ko se nahi kya tu main mera tera aur bhi ho hain tum toh kar raha",
    }.items()
}
_FEW = 0.12
"""Share of the words of a text that are stop words of its language, at least: English chat has 0.3 to 0.5."""


def languages(text: str) -> tuple[str, ...]:
    """The languages that `text` (folded) is written in, commonest first; empty where none can be told.

    By the share of words that occur in short lists of very common words, and by script: half of the letters outside
    of ASCII and not Latin is `another script`. Two languages are told only where the second is a quarter as common as
    the first. No proof: lists are short, and languages that are not on them are not known.
    """
    words = WORD.findall(text.lower())
    foreign = sum(1 for word in words for sign in word if sign > "ɏ")
    if foreign * 2 > sum(map(len, words)):
        return ("another script",)
    counts = Counter(words)
    found = {name: _often(counts, stops) for name, stops in _STOP_WORDS.items()}
    ranked = sorted(found, key=lambda name: (-found[name], name))
    told = [name for name in ranked[:1] if found[name] >= _FEW * len(words) and found[name]]
    if foreign * 4 > sum(map(len, words)):
        return (*told[:1], "another script")
    if told:
        told += [name for name in ranked[1:] if _mixed(counts, told[0], name)][:1]
    return tuple(told)


def _mixed(counts: Counter[str], first: str, second: str) -> bool:
    """Whether the second is more than what the two have in common: words that only it has, a quarter as many."""
    one, other = _STOP_WORDS[first], _STOP_WORDS[second]
    alone = _often(counts, other - one)
    return alone * 4 >= _often(counts, one - other)


def _often(counts: Counter[str], words: Set[str]) -> int:
    return sum(counts[word] for word in words)
