"""Language tags as exports give them: codes of two and three letters, names in English, French and their own."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from mentions.watchlist.normalise import normalise

_TWO: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1."""

_OTHERS: Final = {
    "en": "eng english anglais ingles englisch inglese",
    "fr": "fra fre french francais frances franzosisch francese",
    "de": "deu ger german allemand deutsch aleman tedesco",
    "es": "spa spanish espagnol espanol castellano castilian spanisch spagnolo",
    "it": "ita italian italien italiano italienisch",
    "pt": "por portuguese portugais portugues brazilian portugiesisch",
    "nl": "nld dut dutch neerlandais nederlands flemish",
    "ar": "ara arabic arabe العربية",
    "zh": "zho chi cmn chinese chinois mandarin 中文",
    "ja": "jpn japanese japonais 日本語",
    "ko": "kor korean coreen 한국어",
    "ru": "rus russian russe русскии",
    "hi": "hin hindi",
    "tr": "tur turkish turc turkce",
    "pl": "pol polish polonais polski",
    "sv": "swe swedish suedois svenska",
    "da": "dan danish danois dansk",
    "no": "nor norwegian norvegien norsk",
    "fi": "fin finnish finnois suomi",
    "el": "ell gre greek grec ελληνικα",
    "he": "heb hebrew hebreu iw",
    "id": "ind indonesian indonesien in",
    "ms": "msa may malay malais",
    "tl": "tgl fil tagalog filipino",
    "th": "tha thai",
    "vi": "vie vietnamese vietnamien",
    "uk": "ukr ukrainian ukrainien",
    "cs": "ces cze czech tcheque",
    "sk": "slk slo slovak slovaque",
    "hu": "hun hungarian hongrois magyar",
    "ro": "ron rum romanian roumain romana",
    "bg": "bul bulgarian bulgare",
    "hr": "hrv croatian croate",
    "sr": "srp serbian serbe",
    "sl": "slv slovenian slovene",
    "et": "est estonian estonien",
    "lv": "lav latvian letton",
    "lt": "lit lithuanian lituanien",
    "fa": "fas per persian persan farsi",
    "ur": "urd urdu ourdou",
    "bn": "ben bengali bangla",
    "ta": "tam tamil",
    "te": "tel telugu",
    "mr": "mar marathi",
    "gu": "guj gujarati",
    "pa": "pan punjabi panjabi",
    "ml": "mal malayalam",
    "kn": "kan kannada",
    "ca": "cat catalan catala",
    "eu": "eus baq basque",
    "gl": "glg galician galicien",
    "is": "isl ice icelandic islandais",
    "ga": "gle irish irlandais",
    "cy": "cym wel welsh gallois",
    "sw": "swa swahili",
    "af": "afr afrikaans",
    "sq": "sqi alb albanian albanais",
    "yi": "yid yiddish ji",
    "ht": "hat haitian",
}
_CODES: Final = {code: code for code in _TWO.split()} | {
    name: code for code, names in _OTHERS.items() for name in names.split()
}


@lru_cache(maxsize=1_024)
def language_subtag(tag: str | None) -> str | None:
    """Return the two-letter code of a language, None where nothing known is named: as if it were not given.

    >>> [language_subtag(tag) for tag in ("fr-CA", "EN_us", "English (US)", "fra", "und")]
    ['fr', 'en', 'en', 'fr', None]
    """
    first = "".join(letter if letter.isalpha() else " " for letter in normalise(tag or "")).split()[:1]
    return _CODES.get(first[0]) if first else None
