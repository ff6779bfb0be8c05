"""Names of the months as exports write them: full and short, in small letters, without a closing full stop.

From Unicode CLDR 44 (`months`, format and stand-alone, wide and abbreviated). A few words mean one month here and
another there (`listopada`: November in Polish, October in Croatian); they are told with their languages.
"""

from __future__ import annotations

_TABLE: dict[str, tuple[str, ...]] = {
    # each entry: all spellings of one month, separated by a blank
    "en": (
        "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
        "september sept sep", "october oct", "november nov", "december dec",
    ),
    "de": (
        "januar jänner jan jän", "februar feber feb", "märz mär mrz", "april apr", "mai", "juni jun", "juli jul",
        "august aug", "september sept sep", "oktober okt", "november nov", "dezember dez",
    ),
    "fr": (
        "janvier janv", "février févr fév", "mars", "avril avr", "mai", "juin", "juillet juil", "août aout",
        "septembre sept", "octobre oct", "novembre nov", "décembre déc",
    ),
    "es": (
        "enero ene", "febrero feb", "marzo mar", "abril abr", "mayo may", "junio jun", "julio jul", "agosto ago",
        "septiembre setiembre sept set sep", "octubre oct", "noviembre nov", "diciembre dic",
    ),
    "it": (
        "gennaio gen", "febbraio feb", "marzo mar", "aprile apr", "maggio mag", "giugno giu", "luglio lug",
        "agosto ago", "settembre set", "ottobre ott", "novembre nov", "dicembre dic",
    ),
    "pt": (
        "janeiro jan", "fevereiro fev", "março mar", "abril abr", "maio mai", "junho jun", "julho jul",
        "agosto ago", "setembro set", "outubro out", "novembro nov", "dezembro dez",
    ),
    "nl": (
        "januari jan", "februari feb", "maart mrt", "april apr", "mei", "juni jun", "juli jul", "augustus aug",
        "september sep", "oktober okt", "november nov", "december dec",
    ),
    "pl": (
        "stycznia styczeń sty", "lutego luty lut", "marca marzec mar", "kwietnia kwiecień kwi", "maja maj",
        "czerwca czerwiec cze", "lipca lipiec lip", "sierpnia sierpień sie", "września wrzesień wrz",
        "października październik paź", "listopada listopad lis", "grudnia grudzień gru",
    ),
    "sv": (
        "januari jan", "februari feb", "mars mar", "april apr", "maj", "juni jun", "juli jul", "augusti aug",
        "september sept sep", "oktober okt", "november nov", "december dec",
    ),
    "da": (
        "januar jan", "februar feb", "marts mar", "april apr", "maj", "juni jun", "juli jul", "august aug",
        "september sep", "oktober okt", "november nov", "december dec",
    ),
    "nb": (
        "januar jan", "februar feb", "mars mar", "april apr", "mai", "juni jun", "juli jul", "august aug",
        "september sep", "oktober okt", "november nov", "desember des",
    ),
    "fi": (
        "tammikuuta tammikuu tammi tammik", "helmikuuta helmikuu helmi helmik", "maaliskuuta maaliskuu maalis maalisk",
        "huhtikuuta huhtikuu huhti huhtik", "toukokuuta toukokuu touko toukok", "kesäkuuta kesäkuu kesä kesäk",
        "heinäkuuta heinäkuu heinä heinäk", "elokuuta elokuu elo elok", "syyskuuta syyskuu syys syysk",
        "lokakuuta lokakuu loka lokak", "marraskuuta marraskuu marras marrask", "joulukuuta joulukuu joulu jouluk",
    ),
    "tr": (
        "ocak oca", "şubat şub", "mart mar", "nisan nis", "mayıs", "haziran haz", "temmuz tem", "ağustos ağu",
        "eylül eyl", "ekim eki", "kasım kas", "aralık ara",
    ),
    "cs": (
        "ledna leden led", "února únor úno", "března březen bře", "dubna duben dub", "května květen kvě",
        "června červen čvn", "července červenec čvc", "srpna srpen srp", "září zář", "října říjen říj",
        "listopadu listopad lis", "prosince prosinec pro",
    ),
    "hr": (
        "siječnja siječanj sij", "veljače veljača velj", "ožujka ožujak ožu", "travnja travanj tra",
        "svibnja svibanj svi", "lipnja lipanj lip", "srpnja srpanj srp", "kolovoza kolovoz kol", "rujna rujan ruj",
        "listopada listopad lis", "studenoga studenoga studeni stu", "prosinca prosinac pro",
    ),
    "ro": (
        "ianuarie ian", "februarie feb", "martie mar", "aprilie apr", "mai", "iunie iun", "iulie iul",
        "august aug", "septembrie sept", "octombrie oct", "noiembrie nov", "decembrie dec",
    ),
    "hu": (
        "január jan", "február febr", "március márc", "április ápr", "május máj", "június jún", "július júl",
        "augusztus aug", "szeptember szept", "október okt", "november nov", "december dec",
    ),
    "ru": (
        "января янв", "февраля февр фев", "марта мар", "апреля апр", "мая", "июня июн", "июля июл",
        "августа авг", "сентября сент сен", "октября окт", "ноября нояб ноя", "декабря дек",
    ),
    "uk": (
        "січня січ", "лютого лют", "березня бер", "квітня квіт", "травня трав", "червня черв", "липня лип",
        "серпня серп", "вересня вер", "жовтня жовт", "листопада лист", "грудня груд",
    ),
    "el": (
        "ιανουαρίου ιαν", "φεβρουαρίου φεβ", "μαρτίου μαρ", "απριλίου απρ", "μαΐου μαΐ", "ιουνίου ιουν",
        "ιουλίου ιουλ", "αυγούστου αυγ", "σεπτεμβρίου σεπ", "οκτωβρίου οκτ", "νοεμβρίου νοε", "δεκεμβρίου δεκ",
    ),
}  # fmt: skip


def _meanings() -> dict[str, dict[int, frozenset[str]]]:
    seen: dict[str, dict[int, set[str]]] = {}
    for language, names in _TABLE.items():
        for number, spellings in enumerate(names, start=1):
            for word in spellings.split():
                seen.setdefault(word, {}).setdefault(number, set()).add(language)
    return {
        word: {number: frozenset(one) for number, one in numbers.items()} for word, numbers in seen.items()
    }


MEANINGS: dict[str, dict[int, frozenset[str]]] = _meanings()
"""Word → month, 1 to 12 → the languages (ISO 639-1) in which it means that month."""


def months(word: str) -> dict[int, frozenset[str]]:
    """What a word can mean, whatever its case and with or without its full stop; empty: no month."""
    return MEANINGS.get(word.lower().rstrip("."), {})


def month(word: str) -> int | None:
    """The month that a word names in every language that has it; None: not known, or not the same."""
    found = months(word)
    return next(iter(found)) if len(found) == 1 else None
