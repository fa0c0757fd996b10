"""Words that say nothing of what a mention is about: those that only judge, and what exports put for a word."""

from __future__ import annotations

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
"""

_FRENCH: Final = """
abominable absurde affreux atroce catastrophe catastrophique con connards conneries décevant deçu déçu déçue déçus
dégoût dégueulasse déplorable désolé énervé fâché foutage gueule hallucinant honte honteuse honteux horreur horrible
inacceptable inadmissible incompétents incroyable insupportable lamentable marre mauvais mauvaise mécontent médiocre
merde merdique minable moche nul nulle nulles nuls odieux parfait pathétique pire pires pitoyable pourri pourrie
ridicule sérieusement scandaleuse scandaleux stupide triste tristesse
appli problème problèmes souci soucis
"""

_OTHERS: Final = """
horrivel pessima pessimo pior ruim vergonha lixo
horrible malo mala peor pesimo pesima vergüenza basura
schlecht schlimm schrecklich furchtbar schrott scheiße katastrophe unverschämt
pessimo pessima schifo vergogna brutto terribile
slecht slechte verschrikkelijk waardeloos schandalig belachelijk
"""

JUDGEMENTS: Final = frozenset(
    normalise(word).replace("'", "") for words in (_ENGLISH, _FRENCH, _OTHERS) for word in words.split()
)
"""All of them, without accents."""

PLACEHOLDERS: Final = frozenset({"amp", "nbsp", "quot", "url", "httpurl", "nan", "null", "undefined", "emoji"})
"""What exports write in place of a link, a sign or a missing value."""
