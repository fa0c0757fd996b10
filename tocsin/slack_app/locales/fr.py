"""French texts of the Slack app."""

from __future__ import annotations

from typing import Final

from alerts.rendering.locales.typography import non_breaking

_TEXTS: Final = {
    "refused": "Vous n’avez pas les droits sur {brand}. Rien n’a été modifié. D’astreinte : {who}",
    "gone": "Cet incident n’est plus connu. Rien n’a été modifié.",
    "failed": "La demande n’est pas passée. Rien n’a été modifié ; merci de réessayer.",
    "nobody": "personne",
    "slash_calm": "Aucun incident en cours.",
    "slash_nobody": "{brand} : personne n’est d’astreinte",
    "slash_called": "{brand} : {called}{then}",
    "slash_then": ", puis {who}",
    "slash_unknown_brand": "Aucune marque « {brand} ». {known}",
    "slash_near": "Vouliez-vous dire {names} ?",
    "slash_known": "Marques : {names}",
    "slash_unknown_word": "Commande inconnue : « {word} ».",
    "slash_which_brand": "Quelle marque ? Ajoutez-la à la commande : `/tocsin {word} {brand}`.",
    "slash_snooze_span": "« {span} » n’est pas une durée valable : 30m, 2h ou morning (demain matin).",
    "slash_nothing_open": "{brand} : aucun incident en cours à mettre en veille.",
    "slash_snoozed": "{brand} est en veille jusqu’au {moment}. D’ici là, seule une aggravation vous sera signalée.",
    "slash_help": "`/tocsin status` les incidents en cours\n"
    "`/tocsin who [MARQUE]` qui est d’astreinte, et qui prend la suite\n"
    "`/tocsin why MARQUE` ce qui a déclenché son dernier incident\n"
    "`/tocsin snooze MARQUE [30m|2h|morning]` mettre son incident en veille (30m par défaut)\n"
    "`/tocsin ack|unack|resolve [MARQUE]` prendre en charge, rendre, clore ; sans nom : le seul incident ouvert\n"
    "`/tocsin note MARQUE TEXTE` une note dans le fil\n"
    "`/tocsin reply [MARQUE] [LIEN]` la réponse officielle est publiée\n"
    "`/tocsin page [MARQUE]` appeler l’astreinte maintenant\n"
    "`/tocsin assign MARQUE @NOM|me` confier à quelqu’un\n"
    "`/tocsin incident MARQUE TEXTE` ouvrir un incident à la main\n"
    "`/tocsin report [MARQUE] LIEN [MOTIF]` mettre une publication dans la file de modération\n"
    "`/tocsin community MARQUE [VUE] [7|30|90]` qui en parle : allies, helpers, critics, abusive, newly-loud\n"
    "`/tocsin silence MARQUE [2h] [MOTIF]` retenir ses signaux\n"
    "`/tocsin help` cette liste\n"
    "Vous seul voyez les réponses. Ce que l’équipe doit savoir figure sur le message de l’incident.",
    "slash_none_open": "Aucun incident ouvert (`{word}`).",
    "slash_no_text": "Précisez : `/tocsin {word} {brand} …`.",
    "slash_no_person": "À qui ? `/tocsin assign {brand} @nom`, ou `me` pour vous. (« {what} » ne désigne personne.)",
    "slash_silence_span": "« {what} » n’est pas une durée de 1m à 7d. Exemple : `/tocsin silence {brand} 2h campagne`.",
    "slash_done_ack": "{brand} : pris en charge. L’escalade s’arrête.",
    "slash_done_unack": "{brand} : de nouveau ouvert. L’escalade reprend.",
    "slash_done_resolve": "{brand} : clos.",
    "slash_done_reply": "{brand} : réponse officielle publiée. L’escalade s’arrête.",
    "slash_done_note": "{brand} : la note est dans le fil.",
    "slash_done_page": "{brand} : les personnes d’astreinte sont appelées.",
    "slash_done_assign": "{brand} : confié à {who}.",
    "slash_done_incident": "{brand} : l’incident est ouvert, les personnes d’astreinte sont appelées. S’il y en "
    "avait déjà un, votre signalement est dans son fil.",
    "slash_done_silence": "{brand} : en silence jusqu’à {moment}.",
    "report_title": "Signaler à Tocsin",
    "report_intro": "Ouvre un incident et appelle les personnes d’astreinte. S’il y en a déjà un, le "
    "signalement va dans son fil.",
    "report_brand": "Marque",
    "report_text": "Ce qui se passe",
    "report_incomplete": "Choisissez une marque et dites ce qui se passe. Rien n’a été modifié.",
    "submit": "Enregistrer",
    "cancel": "Annuler",
    "close": "Fermer",
    "saving": "Enregistrement …",
    "any_detector": "Tous les détecteurs",
    "any_channel": "Toutes les sources",
    "silence_title": "Mettre en silence",
    "silence_intro": "Les détections en silence n’ouvrent aucun incident pour {brand} et ne s’ajoutent à aucun. Si "
    "l’une dure encore à la fin, vous êtes prévenu à ce moment-là.",
    "what": "Détecteur",
    "only_term": "Seulement avec ce mot",
    "term_hint": "Mots les plus cités : {terms}",
    "only_channel": "Seulement si la plupart des mentions viennent de",
    "how_long": "Durée",
    "why": "Motif",
    "with_term": "avec le mot « {term} »",
    "in_channel": "surtout sur {channel}",
    "until": "jusqu’au {moment}, par {who}",
    "by_config": "la configuration",
    "running_silences": "Silences en cours",
    "because": "{what} : {reason}",
    "silenced": "En silence : {what}",
    "not_offered": "Choisissez l’une des options.",
    "too_long": "Trop long.",
    "remove": "Supprimer",
    "removed": "Supprimé : {what}",
    "already_over": "C’est déjà terminé.",
    "threshold_title": "Modifier le seuil",
    "threshold_intro": "Les valeurs enregistrées remplacent la configuration de {brand} jusqu’à leur expiration. "
    "*Aperçu* montre ce qu’elles auraient donné ces 7 derniers jours.",
    "preview": "Aperçu",
    "previewing": "Calcul de l’aperçu sur les {days} derniers jours …",
    "previewed": "*Sur les {days} derniers jours* ({count} mentions), avec ces valeurs :\n{sentence}",
    "preview_empty": "Aucune mention ces {days} derniers jours : pas d’aperçu possible.",
    "preview_failed": "L’aperçu a échoué. Vous pouvez enregistrer quand même.",
    "preview_errors": "À corriger d’abord : {what}",
    "until_1d": "Pendant 1 jour",
    "until_7d": "Pendant 1 semaine",
    "until_changed": "Jusqu’à nouvel ordre",
    "until_moment": "jusqu’au {moment}",
    "bad_value": "Cette valeur n’est pas possible ({rule}).",
    "not_configured": "{brand} utilise les seuils par défaut. Ajoutez-la à la configuration pour les modifier.",
    "nothing_changed": "Rien n’a changé. Modifiez une valeur, ou annulez.",
    "overridden": "Enregistré. S’applique dès la prochaine mention :\n{what}",
    "as_configured": "{what} : *{value}*, comme dans la configuration",
    "opened_long_ago": "Ce formulaire est ouvert depuis trop longtemps. Merci de le rouvrir.",
    "override_line": "{what} : *{value}* au lieu de {usual}, {until}, par {who}",
    "running_overrides": "Seuils modifiés",
    "today": "Actuellement : {value}{way}",
    "today_overridden": "Actuellement : {value} ; configuration : {usual}{way}",
    "off": "aucun",
    "level_low": "basse : environ 1 fausse alerte par mois",
    "level_medium": "moyenne : environ 1 fausse alerte par semaine",
    "level_high": "haute : environ 1 fausse alerte par jour",
    "param_label": "{detector} : {what}",
    "param_sensitivity": "Sensibilité de tous les détecteurs",
    "home_incidents": "Incidents en cours",
    "home_on_call": "D’astreinte",
    "home_nothing_yours": "Vous n’avez de droits sur aucune marque.",
    "home_as_of": "Mis à jour le {moment}. Rouvrez l’onglet pour actualiser ; `/tocsin help` liste les commandes.",
    "home_more": "… et {count} autres",
    "brief_title": "{brand} : le point du matin",
    "brief_calm": "Calme : aucun incident en cours.",
    "brief_open_one": "Un incident en cours, de gravité « {worst} »",
    "brief_open": "Incidents en cours : {count}, dont {of_worst} de gravité « {worst} »",
    "brief_nothing": "{hours} dernières heures : aucune mention",
    "brief_figures": "{hours} dernières heures : {count} mentions (d’habitude {usual}), {share} négatives (d’habitude "
    "{usual_share})",
    "brief_figures_new": "{hours} dernières heures : {count} mentions, {share} négatives (pas encore de référence)",
    "brief_topics": "Sujets : {topics}",
    "brief_answer": "À qui répondre :",
    "brief_not_quoted": "Non citées, car peut-être injurieuses : {count}",
    "brief_queue": "Modération : {count} en attente, {late} en retard",
    "brief_coverage": "Couverture : les {count} sources répondent",
    "brief_unheard": "Couverture : {active} sources sur {count} répondent ; muettes : {names}",
    "digest_title": "*Récap du jour*, {moment}",
    "digest_line": "24 dernières heures : {incidents} incidents, {judge} à qualifier",
    "digest_judge": "À qualifier : était-ce une crise ?",
    "digest_nothing": "aucune mention",
    "digest_figures": "{count} mentions (d’habitude {usual}), {share} négatives (d’habitude {usual_share})",
    "digest_figures_new": "{count} mentions, {share} négatives (pas encore de référence)",
}

MESSAGES: Final = {key: non_breaking(text) for key, text in _TEXTS.items()}
