"""English and French function words, which are left out of the terms of a finding."""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = """
about after again all also always and another any are aren't back because been before being both but can can't cannot
could did didn't does doesn't doing don't done down each even ever every few for from get gets getting give going gonna
good got had has hasn't have haven't having her here him his how i'll i'm i've into isn't it's its itself just know
let like look made make many may maybe me might more most much must need never new not now off one only other our out
over own people please really right said same say says see she should since some something still such sure take than
thanks that that's the their them then there these they they're thing think this those though through time today too
two under until use very via want was wasn't way well were what what's when where which while who why will with
without won't would wouldn't yes yet you you're your
"""

_FRENCH: Final = """
ai aie alors après aucun aussi autre autres aux avait avant avec avez avoir avons bien bon bonjour ça car ce cela ces
cet cette ceux chaque chez ci comme comment contre dans déjà depuis des deux dire dit doit donc dont du elle elles
encore entre est êtes été être eu eux faire fait fois font grâce ici ils jamais je jour jours juste la là le les leur
leurs lors lui ma mais mal même mes mieux moi moins mon ne ni non nos notre nous on ont ou où oui par parce pas
pendant peu peut plus plutôt pour pourquoi pourtant puis quand que quel quelle quelles quels qui quoi rien sa sans se
sera ses seulement si soit son sont sous suis sur ta tant te tes toi ton toujours tous tout toute toutes très trop tu
un une va vais vers veut via voilà vont vos votre vous vraiment c'est j'ai n'est qu'il qu'on d'un d'une s'il
"""

WORDS: Final = frozenset(_ENGLISH.split()) | frozenset(_FRENCH.split())
