"""French texts of the weekly report."""

from __future__ import annotations

from typing import Final

from alerts.rendering.locales.typography import non_breaking

_TEXTS: Final = {
    "week_span": "du {start} au {end}",
    "week_title": "{name} : la semaine {span}",
    "week_all": "Toutes les marques",
    "week_volume_none": "Aucune mention",
    "week_volume": "{count} mentions{change}, {share} négatives{before}",
    "week_change": " ({change} par rapport à la semaine d’avant)",
    "week_before": " ({share} la semaine d’avant)",
    "week_first": " (pas de semaine d’avant pour comparer)",
    "week_voice": "Part de voix : {shares}",
    "week_was": "{share} (contre {before})",
    "week_rising": "En hausse : {topics}",
    "week_falling": "En baisse : {topics}",
    "week_topic": "{label} ({now}, contre {before})",
    "week_topic_new": "{label} ({now}, nouveau)",
    "week_topic_over": "{label} (plus rien, contre {before})",
    "week_buzz": "Bon buzz : {items}",
    "week_buzz_item": "{about} ({count} mentions positives)",
    "week_buzz_plain": "{count} mentions positives",
    "week_calm": "Aucun incident",
    "week_incidents": "Incidents : {count}, dont {critical} au niveau critique{open}",
    "week_only_open": "Pas de nouvel incident, {count} encore en cours",
    "week_abusive": "propos injurieux",
    "week_open": ", {count} encore en cours",
    "week_moderation": "Modération : {count} décisions ; la moitié prises en charge en {claim} et rendues en {decide} "
    "(95 % : {claim_95} et {decide_95}) ; {waiting} en attente",
    "week_moderation_none": "Modération : aucune décision ; {waiting} en attente",
    "week_precision": "Repérés à raison : {policies}",
    "week_policy": "{policy} {share} sur {count} ({low}–{high})",
    "week_missed": "Sur {count} tirées au hasard parmi celles qui n’étaient pas repérées, {missed} à modérer",
    "week_appeals": "Contestations : {count}, dont {overturned} acceptées",
    "week_total": "{brands} marques : {count} mentions, {incidents} incidents, {open} encore en cours",
    "week_chart": "Mentions de chaque marque sur les deux semaines. Le tableau ci-dessous donne les chiffres.",
    "week_now": "Cette semaine",
    "week_past": "La semaine d’avant",
    "week_column_brand": "Marque",
    "week_column_client": "Client",
    "week_column_mentions": "Mentions",
    "week_column_change": "Évolution",
    "week_column_negative": "Négatives",
    "week_column_before": "Avant",
    "week_column_incidents": "Incidents",
    "week_column_critical": "Critiques",
    "week_column_voice": "Part de voix",
    "week_column_rising": "En hausse",
}

MESSAGES: Final = {key: non_breaking(text) for key, text in _TEXTS.items()}
