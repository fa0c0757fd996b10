"""French texts of the community page."""

from __future__ import annotations

from typing import Final

from alerts.rendering.locales.typography import non_breaking

_TEXTS: Final = {
    "community": "Communauté",
    "community_of": "Qui écrit sur {brand}",
    "community_off": "Rien n’est conservé sur qui écrit sur {brand}. Mettez community: {{enabled: true}} pour la "
    "marque dans brands.yaml, puis lancez tocsin community --follow.",
    "community_empty": "Personne dans cette vue. Qui a écrit moins de trois jours différents n’est jamais montré.",
    "community_hint": "Des comptes et un filtre, aucun jugement sur personne : au moins autant de mentions, et des "
    "parts ramenées vers celles de la marque pour qui a peu écrit.",
    "view_all": "Tous",
    "view_allies": "Alliés",
    "view_helpers": "Entraide",
    "view_critics": "Critiques",
    "view_abusive": "Abusifs",
    "view_newly_loud": "Nouveaux et bruyants",
    "meaning_all": "Qui a écrit au moins trois jours différents.",
    "meaning_allies": "Plutôt positifs, courtois, avec leurs propres mots.",
    "meaning_helpers": "La moitié de leurs messages répond aux autres, à trois personnes au moins.",
    "meaning_critics": "Plutôt négatifs, courtois, avec leurs propres mots : à écouter.",
    "meaning_abusive": "Au moins trois mentions abusives.",
    "meaning_newly_loud": "Premier message ces sept derniers jours, cinq mentions ou plus.",
    "days_7": "7 jours",
    "days_30": "30 jours",
    "days_90": "90 jours",
    "col_author": "Auteur",
    "col_mentions": "Mentions",
    "col_days": "Jours",
    "col_since": "Depuis",
    "col_positive": "Positif",
    "col_negative": "Négatif",
    "col_abusive": "Abusif",
    "col_people": "Personnes aidées",
    "col_earned": "Engagement",
    "col_note": "Note",
    "tag_none": "Sans étiquette",
    "tag_contacted": "Contacté",
    "tag_ambassador": "Ambassadeur",
    "tag_partner": "Partenaire",
    "tag_do_not_contact": "Ne pas contacter",
    "note_label": "Étiquette et note sur {author}",
    "note_text": "Note",
    "note_keep": "Garder",
    "note_edit": "Note…",
    "note_by": "{who}, {at}",
    "export_csv": "Exporter en CSV",
}

MESSAGES: Final = {key: non_breaking(text) for key, text in _TEXTS.items()}
