"""In which French words does the Slack app speak?"""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "refused": "Vous n’êtes pas de ceux qui peuvent agir sur {brand}. Rien n’a changé. D’astreinte : {who}",
    "gone": "Cet incident n’est plus connu : rien n’a changé.",
    "failed": "Impossible de transmettre pour l’instant. Rien n’a changé ; merci de réessayer.",
    "nobody": "personne n’est désigné",
    "slash_calm": "Aucun incident n’est ouvert.",
    "slash_nobody": "{brand} : personne n’est d’astreinte",
    "slash_then": ", puis {who}",
    "slash_unknown_brand": "Aucune marque ne s’appelle « {brand} » ici. {known}",
    "slash_near": "Vouliez-vous dire {names} ?",
    "slash_known": "Sont suivies : {names}",
    "slash_unknown_word": "« {word} » n’est pas une commande. ",
    "slash_which_brand": "Quelle marque ? Ajoutez-la après la commande : `/tocsin {word} {brand}`.",
    "slash_snooze_span": "« {span} » n’est pas une durée de report : 30m, 2h ou morning (demain matin).",
    "slash_nothing_open": "{brand} : aucun incident ouvert, il n’y a rien à reporter.",
    "slash_snoozed": "{brand} est en sourdine jusqu’au {moment}. D’ici là, seule une aggravation se fait entendre.",
    "slash_help": "`/tocsin status` ce qui est ouvert\n"
    "`/tocsin who [MARQUE]` qui est d’astreinte, et qui suit\n"
    "`/tocsin why MARQUE` ce qu’il y a derrière son dernier incident\n"
    "`/tocsin snooze MARQUE [30m|2h|morning]` laisser son incident en paix un moment (30m par défaut)\n"
    "`/tocsin help` ces lignes\n"
    "Vous seul voyez les réponses. Ce que d’autres doivent savoir figure sur le message de l’incident.",
}
