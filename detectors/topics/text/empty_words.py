"""Empty words, which do not say what a mention is about: those that only judge or laugh, and what exports write.

They are left out of the words of mentions. As words of a topic they count: that everybody writes "disgrace" is a burst.
"""

from __future__ import annotations

import re
from typing import Final

from mentions.watchlist.normalise import normalise

_ENGLISH: Final = """
absolute absolutely absurd angry annoyed annoying appalled appalling atrocious awful bloody bullshit crap crappy damn
disappointed disappointing disappointment disgrace disgraceful disgusted disgusting dreadful dumb embarrassing
excellent fantastic fed frustrated frustrating frustration fuck fucked fucking garbage gross hate hated hates hell
horrendous horrible horrid idiot idiots incredible insane joke lame ludicrous lousy mad mediocre nasty nightmare
nonsense outrageous pathetic perfect pissed please poor poorly regret ridiculous rubbish sad shame shameful shameless
shit shitty shocking sick sorry stupid suck sucks terrible terribly trash ugly unacceptable unbelievable unhappy upset
useless waste wonderful worse worst worthless wrong wtf wow
app apps bad badly completely concerning constantly currently definitely ever experience extremely feel feeling happen
happened happening happens issue issues literally problem problems seriously situation stuff thing totally
actually alright altogether basically clearly eventually exactly far finally honestly indeed meanwhile moreover nearly
nevertheless obviously otherwise regardless simply somehow therefore thus whatsoever
lmao lmfao rofl smh hmm ugh yay
"""

_FRENCH: Final = """
abominable absurde affreux atroce catastrophe catastrophique con connards conneries décevant deçu déçu déçue déçus déçus
dégoût dégueulasse déplorable désolé énervé fâché foutage gueule hallucinant honte honteuse honteux horreur horrible
inacceptable inadmissible incompétents incroyable insupportable lamentable marre mauvais mauvaise mécontent médiocre
merde merdique minable moche nul nulle nulles nuls odieux parfait pathétique pire pires pitoyable pourri pourrie
ridicule sérieusement scandaleuse scandaleux stupide triste tristesse
appli problème problèmes souci soucis
actuellement apparemment carrément clairement complètement évidemment finalement franchement totalement mdr ptdr bref
"""

_OTHERS: Final = """
horrivel pessima pessimo pior ruim vergonha lixo
horrible malo mala peor pesimo pesima vergüenza basura
schlecht schlimm schrecklich furchtbar schrott scheiße katastrophe unverschämt
pessimo pessima schifo vergogna brutto terribile
slecht slechte verschrikkelijk waardeloos schandalig belachelijk
"""

_LAUGHTER: Final = re.compile(r"a?(?:h[aei]|j[aei]){2,}[hj]?|lo+l+|x+d+|k{3,}|r?s{3,}")

_PLACEHOLDERS: Final = "amp nbsp quot url httpurl nan null undefined emoji"

EMPTY_WORDS: Final = frozenset(
    normalise(word).replace("'", "") for words in (_ENGLISH, _FRENCH, _OTHERS, _PLACEHOLDERS) for word in words.split()
)
"""All of them but laughter, without accents."""


def is_empty(word: str) -> bool:
    """Return whether a normalised word is empty.

    >>> is_empty("honte"), is_empty("hahaha"), is_empty("refund")
    (True, True, False)
    """
    return word in EMPTY_WORDS or bool(_LAUGHTER.fullmatch(word))
