"""French texts of the community in Slack."""

from __future__ import annotations

from typing import Final

from alerts.rendering.locales.typography import non_breaking

_TEXTS: Final = {
    "people_title": "{brand} : {view}, {days} derniers jours",
    "people_monthly": "{brand} : les personnes du mois",
    "people_none": "Personne qui ait écrit trois jours différents dans cette vue.",
    "people_line": "• {author} : {count} mentions sur {days} jours, {positive} positives, {negative} négatives",
    "people_answered": ", a répondu à {count} personnes",
    "people_hint": "Des décomptes et un filtre, aucun jugement sur personne. {page}",
    "people_page": "Notes et étiquettes sont sur les pages.",
    "people_off": "{brand} ne suit pas sa communauté : mettez `community: {{enabled: true}}` dans sa configuration.",
    "people_view_all": "qui écrit le plus",
    "people_view_allies": "alliés",
    "people_view_helpers": "entraide",
    "people_view_critics": "critiques",
    "people_view_abusive": "propos injurieux",
    "people_view_newly_loud": "nouveaux et bruyants",
    "people_why_allies": "souvent positifs, et avec leurs propres mots. Remerciez-les.",
    "people_why_helpers": "répondent aux autres. Demandez-leur ce qui leur manque.",
    "people_why_critics": "négatifs et courtois. À écouter.",
    "people_why_newly_loud": "ont commencé cette semaine. À lire.",
    "people_tag_contacted": "contacté",
    "people_tag_ambassador": "ambassadeur",
    "people_tag_partner": "partenaire",
    "people_tag_do_not_contact": "ne pas contacter",
}

MESSAGES: Final = {key: non_breaking(text) for key, text in _TEXTS.items()}
