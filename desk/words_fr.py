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
    "submit": "Enregistrer",
    "cancel": "Annuler",
    "close": "Fermer",
    "passing_on": "Transmission …",
    "any_detector": "Tout ce qui est trouvé",
    "any_channel": "D’où que cela vienne",
    "detector_absolute": "Une limite fixée par vous",
    "detector_volume": "Plus de mentions que d’habitude",
    "detector_negative": "Plus de mentions négatives que d’habitude",
    "detector_outcry": "Une vague au ton sombre",
    "detector_reach": "Une mention négative vue par beaucoup",
    "detector_shift": "Une part négative plus haute que d’habitude",
    "detector_slow_burn": "Une part négative qui monte depuis des heures",
    "detector_abuse": "Un ton injurieux",
    "detector_silence": "Un canal actif qui se tait",
    "detector_praise": "Un enthousiasme inhabituel",
    "silence_title": "Faire taire",
    "silence_intro": "Ce qui est tu n’ouvre aucun incident pour {brand} et n’en rejoint aucun. Ce qui enfreint encore "
    "sa règle à la fin est dit à ce moment-là.",
    "what": "Quoi",
    "only_term": "Seulement si ce mot en fait partie",
    "term_hint": "Derrière cet incident : {terms}",
    "only_channel": "Seulement si l’essentiel vient de",
    "how_long": "Pendant combien de temps",
    "why": "Pourquoi, pour qui se le demande",
    "with_term": "avec le mot « {term} »",
    "in_channel": "surtout de {channel}",
    "until": "jusqu’au {moment}, par {who}",
    "by_config": "la configuration",
    "running_silences": "Silences en cours",
    "silenced": "Réduit au silence : {what}",
    "not_offered": "Choisissez l’une des options proposées.",
    "too_long": "C’est trop long.",
}
