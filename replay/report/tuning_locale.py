"""Texts and number formats of tuning reports in English and French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.model.signal_text import format_percent
from replay.tuning.optimisation import FEWEST

if TYPE_CHECKING:
    from config.brands.model import Language
    from replay.tuning.candidates import Settings
    from replay.tuning.optimisation import TuningResult

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "{scope}: better thresholds?",
        "titles": "Better thresholds? {count} studies",
        "summary": "Summary",
        "made": "{settings} settings were replayed over {weeks} weeks of {brands}, with {crises}. ",
        "one_brand": "one brand",
        "many_brands": "{count} brands",
        "one_crisis": "one labelled crisis",
        "many_crises": "{count} labelled crises",
        "too_few": "Fewer than {fewest} crises leave nothing to check a choice by: no change is proposed and no best "
        "setting is named. What the curve shows may be chance.",
        "too_short": "Besides the crises there are {days} days; a rate of false alarms out of less than three says "
        "nothing: no change is proposed.",
        "keep": "Today’s setting is the best of those tried: keep it.",
        "not_better": "What looks best in hindsight does not beat today’s setting on incidents it was not chosen by: "
        "no change is proposed. It fits these incidents by luck.",
        "proposed": "Proposed is a change that held on incidents it was not chosen by: {effect}.",
        "sooner": "where both page, {minutes} sooner",
        "later": "where both page, {minutes} later",
        "as_soon": "at the same minute where both page",
        "noise_more": "{noise} more",
        "noise_fewer": "{noise} fewer",
        "noise_same": "as many false alarms",
        "recall": "{after} of {of} crises paged instead of {before}",
        "recall_same": "{after} of {of} crises paged, as today",
        "today": "Today",
        "proposal": "Proposed",
        "hindsight": "Best in hindsight, not proposed",
        "found": "Crises paged",
        "delay": "Mean delay of those paged",
        "noise": "False alarms a week",
        "between": "{low} to {high} at 90%",
        "curve": "The trade-off: how soon against how often for nothing",
        "curve_hint": "Each mark is a real replay. Down is sooner, left is quieter. The bars through the marks are "
        "what chance leaves open for their false alarms, at 90%.",
        "fewer_today": "Today’s setting pages {found} of {of} crises, others {most}: its delay is of those it pages, "
        "and what it misses is not in it.",
        "no_curve": "No setting pages any of the crises: there is no curve to draw.",
        "axis_noise": "False alarms a week and brand",
        "axis_delay": "Mean delay to the page (minutes)",
        "budget": "budget",
        "mark_today": "today’s setting",
        "mark_proposal": "the proposal",
        "mark_leading": "best in hindsight, not proposed",
        "mark_best": "nothing is better",
        "mark_tried": "tried",
        "mark_fewer": "pages fewer crises",
        "more": "and {n} more settings",
        "hover": "{found} of {of} crises, {delay}, {noise}",
        "alt": "Chart: {count} settings at {places} places, mean delay to the page against false alarms a week.",
        "alt_today": "Today’s setting stands at {delay} and {noise}.",
        "alt_table": "The table below has the figures.",
        "all": "All settings that were tried",
        "setting": "Setting",
        "unchanged": "as today",
        "effects": "What it does for each incident",
        "effects_of": "The first two columns of minutes are of today’s setting and of the one that is best on all "
        "incidents together. Held out means: chosen without this incident, then judged on it.",
        "incident": "Incident",
        "before": "Delay today",
        "after": "Delay with it",
        "held": "Held out",
        "held_noise": "False alarms, held out",
        "missed": "missed",
        "from_to": "{before} → {after}",
        "doubt": "How sure is that?",
        "doubt_recall": "Crises paged today: {found} of {of}. With so few the true share may be {low} to {high} "
        "(Wilson, 90%).",
        "doubt_noise": "False alarms today: {count} in {weeks} weeks. The true rate may be {low} to {high} a week "
        "(exact Poisson, 90%).",
        "doubt_gain": "On held-out incidents that both paged, the choice was {low} to {high} minutes sooner (negative: "
        "later).",
        "doubt_overlap": "The intervals of today’s and the other setting’s false alarms overlap: the difference may be "
        "chance.",
        "doubt_small": "Between two and five labels, take a proposal as a hint and prefer small changes.",
        "diff": "The change",
        "no_diff": "The configuration stays as it is.",
        "diff_hint": "tocsin tune … --write writes exactly this; tocsin config apply takes it live.",
        "key": "Key",
        "foot": "Made by tocsin tune; the page fetches nothing. People’s answers are not in a sweep: an "
        "acknowledgement that would have come sooner does not happen sooner. Pages that no labelled crisis explains "
        "count as false.",
        "minutes": "{n} min",
        "early": "{n} min before it was visible",
        "false_one": "{n} false alarm a week",
        "false_many": "{n} false alarms a week",
    },
    "fr": {
        "title": "{scope} : de meilleurs seuils ?",
        "titles": "De meilleurs seuils ? {count} études",
        "summary": "En bref",
        "made": "{settings} réglages ont été rejoués sur {weeks} semaines de {brands}, avec {crises}. ",
        "one_brand": "une marque",
        "many_brands": "{count} marques",
        "one_crisis": "une crise étiquetée",
        "many_crises": "{count} crises étiquetées",
        "too_few": "Avec moins de {fewest} crises, rien ne permet de vérifier un choix : aucun changement n’est "
        "proposé et aucun optimum n’est nommé. Ce que montre la courbe peut être dû au hasard.",
        "too_short": "En dehors des crises il y a {days} jours ; un taux de fausses alertes tiré de moins de trois ne "
        "dit rien : aucun changement n’est proposé.",
        "keep": "Le réglage d’aujourd’hui est le meilleur de ceux essayés : gardez-le.",
        "not_better": "Ce qui paraît le meilleur après coup ne bat pas le réglage d’aujourd’hui sur des incidents qui "
        "n’ont pas servi à le choisir : aucun changement n’est proposé. Il convient à ces incidents par chance.",
        "proposed": "Le changement proposé a tenu sur des incidents qui n’ont pas servi à le choisir : {effect}.",
        "sooner": "là où les deux appellent, {minutes} plus tôt",
        "later": "là où les deux appellent, {minutes} plus tard",
        "as_soon": "à la même minute là où les deux appellent",
        "noise_more": "{noise} de plus",
        "noise_fewer": "{noise} de moins",
        "noise_same": "autant de fausses alertes",
        "recall": "{after} crises sur {of} appelées au lieu de {before}",
        "recall_same": "{after} crises sur {of} appelées, comme aujourd’hui",
        "today": "Aujourd’hui",
        "proposal": "Proposé",
        "hindsight": "Le meilleur après coup, non proposé",
        "found": "Crises appelées",
        "delay": "Délai moyen de celles-ci",
        "noise": "Fausses alertes par semaine",
        "between": "de {low} à {high}, à 90\u00a0%",
        "curve": "Le compromis : combien de temps contre combien de fois pour rien",
        "curve_hint": "Chaque point est un vrai rejeu. En bas, c’est plus tôt ; à gauche, plus calme. Les barres à "
        "travers les points disent ce que le hasard laisse ouvert pour leurs fausses alertes, à 90\u00a0%.",
        "fewer_today": "Le réglage d’aujourd’hui appelle pour {found} crises sur {of}, d’autres pour {most} : son "
        "délai est celui de ces crises-là, ce qu’il manque n’y est pas.",
        "no_curve": "Aucun réglage n’appelle pour une des crises : il n’y a pas de courbe à tracer.",
        "axis_noise": "Fausses alertes par semaine et marque",
        "axis_delay": "Délai moyen jusqu’à l’appel (minutes)",
        "budget": "budget",
        "mark_today": "le réglage d’aujourd’hui",
        "mark_proposal": "la proposition",
        "mark_leading": "le meilleur après coup, non proposé",
        "mark_best": "rien n’est mieux",
        "mark_tried": "essayé",
        "mark_fewer": "appelle pour moins de crises",
        "more": "et {n} autres réglages",
        "hover": "{found} crises sur {of}, {delay}, {noise}",
        "alt": "Graphique : {count} réglages en {places} points, délai moyen jusqu’à l’appel contre fausses alertes "
        "par semaine.",
        "alt_today": "Le réglage d’aujourd’hui est à {delay} et {noise}.",
        "alt_table": "Le tableau ci-dessous donne les chiffres.",
        "all": "Tous les réglages essayés",
        "setting": "Réglage",
        "unchanged": "comme aujourd’hui",
        "effects": "Ce que cela fait pour chaque incident",
        "effects_of": "Les deux premières colonnes de minutes sont celles du réglage d’aujourd’hui et du meilleur sur "
        "tous les incidents ensemble. Tenu à l’écart : choisi sans cet incident, puis jugé sur lui.",
        "incident": "Incident",
        "before": "Délai aujourd’hui",
        "after": "Délai avec lui",
        "held": "Tenu à l’écart",
        "held_noise": "Fausses alertes, tenu à l’écart",
        "missed": "manqué",
        "from_to": "{before} → {after}",
        "doubt": "Est-ce bien sûr ?",
        "doubt_recall": "Crises appelées aujourd’hui : {found} sur {of}. Avec si peu, la vraie part peut être de "
        "{low} à {high} (Wilson, 90\u00a0%).",
        "doubt_noise": "Fausses alertes aujourd’hui : {count} en {weeks} semaines. Le vrai taux peut être de {low} à "
        "{high} par semaine (Poisson exact, 90\u00a0%).",
        "doubt_gain": "Sur les incidents tenus à l’écart que les deux ont appelés, le choix a été plus tôt de {low} "
        "à {high} minutes (négatif : plus tard).",
        "doubt_overlap": "Les intervalles de fausses alertes des deux réglages se recouvrent : la différence peut "
        "être due au hasard.",
        "doubt_small": "Entre deux et cinq étiquettes, prenez une proposition comme un indice et préférez de petits "
        "changements.",
        "diff": "Le changement",
        "no_diff": "La configuration reste comme elle est.",
        "diff_hint": "tocsin tune … --write écrit exactement ceci ; tocsin config apply le met en service.",
        "key": "Légende",
        "foot": "Établi par tocsin tune ; la page ne charge rien. Les réponses humaines ne sont pas dans un balayage "
        ": une prise en charge qui serait venue plus tôt ne vient pas plus tôt. Les appels qu’aucune crise étiquetée "
        "n’explique comptent comme faux.",
        "minutes": "{n} min",
        "early": "{n} min avant d’être visible",
        "false_one": "{n} fausse alerte par semaine",
        "false_many": "{n} fausses alertes par semaine",
    },
}


def figure(value: float, language: Language) -> str:
    """Return a figure with two significant digits.

    >>> figure(1.234, "fr"), figure(12.0, "en")
    ('1,2', '12')
    """
    text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"  # noqa: PLR2004  two digits
    return text.replace(".", ",") if language == "fr" else text


def minutes(delay: float | None, language: Language) -> str:
    """Return a delay; one below zero is a page before the crisis could be seen."""
    words = WORDS[language]
    if delay is None:
        return words["missed"]
    return words["early" if round(delay) < 0 else "minutes"].format(n=abs(round(delay)))


def false_alarm_rate(per_week: float, language: Language) -> str:
    """Return a rate of false alarms."""
    formatted = figure(per_week, language)
    singular = formatted == "1" or (language == "fr" and per_week < 2)  # noqa: PLR2004  in French 1.9 is singular
    return WORDS[language]["false_one" if singular else "false_many"].format(n=formatted)


def change(settings: Settings, language: Language) -> str:
    """Return what a setting changes, as its path in the configuration without `detect.`."""
    if not settings:
        return WORDS[language]["unchanged"]
    return ", ".join(f"{path.split('.', 1)[1]} {value}" for path, value in settings.items())


def interval(between: tuple[float, float | None], language: Language, *, share: bool = False) -> str:
    """Return from where to where something lies, at 90\u00a0%."""
    formatter = format_percent if share else figure
    high = "∞" if between[1] is None else formatter(between[1], language)
    return WORDS[language]["between"].format(low=formatter(between[0], language), high=high)


def conclusion(study: TuningResult, language: Language) -> str:
    """Return the conclusion in a paragraph."""
    words, crises = WORDS[language], len(study.labels)
    brands = words["one_brand"] if len(study.brands) == 1 else words["many_brands"].format(count=len(study.brands))
    held = words["one_crisis"] if crises == 1 else words["many_crises"].format(count=crises)
    weeks = figure(study.weeks, language)
    text = words["made"].format(settings=len(study.points), weeks=weeks, brands=brands, crises=held)
    days = figure(study.weeks * 7, language)
    return text + words[study.state].format(fewest=FEWEST, days=days, effect=effect(study, language))


def effect(study: TuningResult, language: Language) -> str:
    """Return the effect of the leading setting on delay, false alarms and crises found."""
    words, before, after = WORDS[language], study.today, study.points[study.leading]
    both = [(e.before, e.after) for e in study.effects if e.before is not None and e.after is not None]
    key = "recall_same" if after.found == before.found else "recall"
    parts = [words[key].format(after=after.found, of=after.of, before=before.found)]
    if both:
        gain = sum(first - later for first, later in both) / len(both)
        key = "as_soon" if not round(gain) else "sooner" if gain > 0 else "later"
        parts.append(words[key].format(minutes=minutes(abs(gain), language)))
    more = after.per_week - before.per_week
    key = "noise_same" if not more else "noise_more" if more > 0 else "noise_fewer"
    parts.append(words[key].format(noise=false_alarm_rate(abs(more), language)))
    return (" ; " if language == "fr" else "; ").join(parts)
