"""French descriptions of the settings that the threshold editor shows; the models have the English ones."""

from __future__ import annotations

from typing import Final

DESCRIPTIONS: Final = {
    "Promised budget of false alarms: low = 1 a month, medium = 1 a week, high = 1 a day per brand; a higher "
    "level fires sooner and more often": (
        "Fausses alertes admises par marque : faible = 1 par mois, moyenne = 1 par semaine, forte = 1 par jour ; "
        "plus haut : alerte plus tôt et plus souvent"
    ),
    "Multiple of the brand's usual daily peak that fires; a larger value fires later": (
        "Multiple du pic quotidien habituel de la marque qui déclenche ; plus grand : alerte plus tard"
    ),
    "Multiple of the brand's usual daily peak that fires; a larger value fires later and less often": (
        "Multiple du pic quotidien habituel de la marque qui déclenche ; plus grand : alerte plus tard et moins souvent"
    ),
    "Smallest rise of the negative share above the baseline; a larger value fires later and less often": (
        "Plus petite hausse de la part négative au-dessus de l’habitude ; plus grand : alerte plus tard et moins "
        "souvent"
    ),
    "Negative mentions in the window that fire; none: off; a larger value fires later": (
        "Mentions négatives dans la fenêtre qui déclenchent ; vide : inactif ; plus grand : alerte plus tard"
    ),
    "Surprisal from which what many write is a topic; a larger value finds fewer": (
        "Surprise à partir de laquelle ce que beaucoup écrivent est un sujet ; plus grand : trouve moins de sujets"
    ),
    "The lowest severity that mentions the on-call manager; below it the message is posted without a "
    "mention. Higher: fewer pages.": (
        "Plus basse gravité qui prévient l’astreinte ; en dessous, le message est posté sans mentionner "
        "personne. Plus haut : moins d’appels."
    ),
    "For this long after the end, only a breach that is more severe, or pages and has another cause, breaks "
    "the silence. Larger: fewer pages.": (
        "Pendant ce temps après la fin, seul un dépassement plus grave, ou qui prévient pour une autre cause, "
        "rompt le silence. Plus long : moins d’appels."
    ),
    "How far out of order mentions may arrive and still count in their own minute; a larger value closes "
    "minutes later": (
        "Retard avec lequel une mention compte encore dans sa minute ; plus long : les minutes se ferment plus tard"
    ),
    "Age, four hours at most, from which a late mention only adds to the baseline and never fires; a larger "
    "value lets older mentions fire": (
        "Âge, quatre heures au plus, à partir duquel une mention tardive n’entre que dans l’habitude ; plus "
        "long : des mentions plus anciennes peuvent déclencher"
    ),
    "How long a mention's id is remembered; a larger value finds later duplicates but needs more memory": (
        "Durée pendant laquelle l’identifiant d’une mention est retenu ; plus long : trouve des doublons plus "
        "tardifs, avec plus de mémoire"
    ),
    "How long a source partition may send no ticks before the watermark moves on without it; a larger value "
    "waits longer for a dead reader": (
        "Temps qu’une partition peut rester muette avant que l’heure avance sans elle ; plus long : attend plus "
        "longtemps un lecteur arrêté"
    ),
    "Sliding windows of the detectors": "Fenêtres glissantes des détecteurs",
    "Short sliding window; a larger value is steadier but fires later": (
        "Fenêtre courte ; plus longue : plus stable, mais alerte plus tard"
    ),
    "Main sliding window; a larger value is steadier but fires later": (
        "Fenêtre principale ; plus longue : plus stable, mais alerte plus tard"
    ),
    "Long window for quiet brands, in whole hours; a larger value finds weaker rises but fires later": (
        "Fenêtre longue des marques calmes, en heures entières ; plus longue : trouve des hausses plus faibles, "
        "mais alerte plus tard"
    ),
    "How the baseline is learned": "Comment l’habitude est apprise",
    "History a brand needs before it is compared with its baseline; a larger value relies longer on the "
    "cold-start rule and the static thresholds": (
        "Historique nécessaire avant de comparer une marque à son habitude ; plus long : s’appuie plus longtemps "
        "sur la règle de départ et les seuils fixes"
    ),
    "Age at which an hour of history counts half; a larger value adapts later to a new level": (
        "Âge auquel une heure d’historique compte pour moitié ; plus long : s’adapte plus tard à un nouveau niveau"
    ),
    "Age at which the peak of a day counts half; a larger value remembers old bursts longer": (
        "Âge auquel le pic d’un jour compte pour moitié ; plus long : se souvient plus longtemps des anciennes vagues"
    ),
    "How long a breach that does not page must last to count as a new level that is learned; a larger value "
    "keeps reporting longer after a lasting change": (
        "Durée d’un dépassement qui ne prévient personne avant qu’il devienne le nouveau niveau ; plus long : "
        "signale plus longtemps après un changement durable"
    ),
    "How long a breach that pages must last without a break to count as a new level that is learned; a "
    "larger value keeps alarming longer after a lasting change": (
        "Durée ininterrompue d’un dépassement qui prévient avant qu’il devienne le nouveau niveau ; plus long : "
        "alerte plus longtemps après un changement durable"
    ),
    "Turns this detector on or off; the others keep running": "Active ou arrête ce détecteur ; les autres continuent",
    "Fewest negative mentions that can fire; a larger value fires later": (
        "Plus petit nombre de mentions négatives qui peut déclencher ; plus grand : alerte plus tard"
    ),
    "Multiple of the threshold that makes a finding critical; a larger value escalates later": (
        "Multiple du seuil qui rend critique ; plus grand : critique plus tard"
    ),
    "Smallest share of different authors among negative mentions that pages; a larger value pages less often": (
        "Plus petite part d’auteurs différents parmi les mentions négatives pour prévenir ; plus grand : "
        "prévient moins souvent"
    ),
    "Smallest share of different authors among the latest mentions that pages; a larger value pages less often": (
        "Plus petite part d’auteurs différents parmi les dernières mentions pour prévenir ; plus grand : "
        "prévient moins souvent"
    ),
    "Fewest mentions that can fire; a larger value fires later": (
        "Plus petit nombre de mentions qui peut déclencher ; plus grand : alerte plus tard"
    ),
    "Mean sentiment (compound) at or below which a burst fires; a larger value fires sooner and more often": (
        "Tonalité moyenne (compound) à laquelle une vague déclenche, ou plus basse ; plus grand : alerte plus "
        "tôt et plus souvent"
    ),
    "Sliding window; a larger value is steadier but fires later": (
        "Fenêtre glissante ; plus longue : plus stable, mais alerte plus tard"
    ),
    "Volume that must accompany the rise, as a multiple of the expected one; a larger value fires less often": (
        "Volume qui doit accompagner la hausse, en multiple de l’attendu ; plus grand : alerte moins souvent"
    ),
    "Sliding window that the limits apply to; a larger value fires sooner and more often": (
        "Fenêtre glissante des seuils ; plus longue : alerte plus tôt et plus souvent"
    ),
    "Mentions in the window that fire; none: off; a larger value fires later": (
        "Mentions dans la fenêtre qui déclenchent ; vide : inactif ; plus grand : alerte plus tard"
    ),
    "Share of negative mentions that fires; none: off; a larger value fires later": (
        "Part de mentions négatives qui déclenche ; vide : inactif ; plus grand : alerte plus tard"
    ),
    "Fewest mentions in the window for the share to count; a larger value fires later": (
        "Plus petit nombre de mentions dans la fenêtre pour que la part compte ; plus grand : alerte plus tard"
    ),
    "Fewest abusive mentions that fire; a larger value fires later and less often": (
        "Plus petit nombre de mentions injurieuses qui déclenche ; plus grand : alerte plus tard et moins souvent"
    ),
    "Smallest share of abusive mentions that fires; a larger value fires later and less often": (
        "Plus petite part de mentions injurieuses qui déclenche ; plus grand : alerte plus tard et moins souvent"
    ),
    "Share of mentions by the five busiest authors that marks a brigade; a larger value marks fewer": (
        "Part des mentions des cinq auteurs les plus actifs qui révèle une action de groupe ; plus grand : en "
        "révèle moins"
    ),
    "Share of copied texts that marks a brigade; a larger value marks fewer": (
        "Part de textes copiés qui révèle une action de groupe ; plus grand : en révèle moins"
    ),
    "Surprisal of its words from which a topic may page; a larger value pages less often": (
        "Surprise des mots à partir de laquelle un sujet peut prévenir ; plus grand : prévient moins souvent"
    ),
    "Surprisal of a risk category from which a topic pages; a larger value pages less often": (
        "Surprise d’une catégorie de risque à partir de laquelle un sujet prévient ; plus grand : prévient moins "
        "souvent"
    ),
    "Surprisal of its negative share from which a topic pages; a larger value pages less often": (
        "Surprise de la part négative à partir de laquelle un sujet prévient ; plus grand : prévient moins souvent"
    ),
    "Fewest people who write of a topic; a larger value fires later and less often": (
        "Plus petit nombre de personnes qui parlent d’un sujet ; plus grand : alerte plus tard et moins souvent"
    ),
    "Smallest share of the latest posts' authors; a larger value fires later and less often": (
        "Plus petite part des auteurs des derniers posts ; plus grand : alerte plus tard et moins souvent"
    ),
    "People whose topic pages without risk or negativity above the usual, if half of all write of it and are "
    "negative rather than positive; a larger value pages less often": (
        "Personnes dont le sujet prévient sans risque ni négativité inhabituelle, si la moitié en parle et "
        "plutôt en mal ; plus grand : prévient moins souvent"
    ),
    "People from whom a topic of a severe category is critical; a larger value escalates later": (
        "Personnes à partir desquelles un sujet d’une catégorie grave est critique ; plus grand : critique plus tard"
    ),
    "Rise of the odds of a negative mention that the test looks for; a larger value looks for steeper rises": (
        "Hausse de la cote d’une mention négative que le test recherche ; plus grand : cherche des hausses plus fortes"
    ),
    "Shortest time that the share has been raised, in whole hours; a larger value fires later": (
        "Plus courte durée de la hausse, en heures entières ; plus long : alerte plus tard"
    ),
    "Fewest mentions in that time; a larger value fires later and less often": (
        "Plus petit nombre de mentions pendant ce temps ; plus grand : alerte plus tard et moins souvent"
    ),
    "Reach from which a single negative mention fires; a larger value fires less often": (
        "Portée à partir de laquelle une seule mention négative déclenche ; plus grand : alerte moins souvent"
    ),
    "Number of such mentions in the window that pages; a larger value pages later": (
        "Nombre de telles mentions dans la fenêtre qui prévient ; plus grand : prévient plus tard"
    ),
    "Sliding window in which such mentions add up; a larger value pages sooner": (
        "Fenêtre glissante dans laquelle ces mentions s’additionnent ; plus longue : prévient plus tôt"
    ),
    "Fewest mentions that can fire, half as many in an hour of a brand known to be steady; a larger value "
    "fires later": (
        "Plus petit nombre de mentions qui peut déclencher, moitié moins en une heure pour une marque "
        "régulière ; plus grand : alerte plus tard"
    ),
    "Fewest positive mentions that can fire; a larger value fires later and less often": (
        "Plus petit nombre de mentions positives qui peut déclencher ; plus grand : alerte plus tard et moins souvent"
    ),
    "Multiple of the expected positive mentions that fires; a larger value fires later and less often": (
        "Multiple des mentions positives attendues qui déclenche ; plus grand : alerte plus tard et moins souvent"
    ),
    "Smallest share of positive mentions that fires; a larger value fires less often": (
        "Plus petite part de mentions positives qui déclenche ; plus grand : alerte moins souvent"
    ),
    "Shortest time without mentions that fires; a larger value fires later and less often": (
        "Plus courte durée sans mention qui déclenche ; plus long : alerte plus tard et moins souvent"
    ),
    "Mentions expected in that time for its silence to fire; a larger value fires later": (
        "Mentions attendues pendant ce temps pour que le silence déclenche ; plus grand : alerte plus tard"
    ),
    "History needed to know which hours are quiet anyway; a larger value starts later": (
        "Historique nécessaire pour connaître les heures calmes ; plus long : commence plus tard"
    ),
    "Time without mentions after which a channel is forgotten; a larger value keeps the finding open longer": (
        "Temps sans mention après lequel un canal est oublié ; plus long : l’alerte reste ouverte plus longtemps"
    ),
    "A further detector that breaks this soon after the opening belongs to it: the message is edited, the "
    "thread stays quiet. Larger: fewer thread replies.": (
        "Un autre détecteur qui se déclenche aussi tôt après l’ouverture en fait partie : le message est "
        "modifié, le fil reste calme. Plus long : moins de réponses dans le fil."
    ),
    "Another brand of the same `group` that is hit by the same words or link this soon after the last breach "
    "joins the incident instead of opening its own; 0s keeps brands apart. Larger: fewer pages.": (
        "Une autre marque du même groupe touchée par les mêmes mots ou le même lien aussi tôt rejoint "
        "l’incident ; 0s sépare les marques. Plus long : moins d’appels."
    ),
    "An incident is resolved when its last breach is this old. Larger: fewer, longer incidents.": (
        "Un incident est clos quand son dernier dépassement a cet âge. Plus long : moins d’incidents, plus longs."
    ),
    "A relapse this soon after the end reopens the same incident and thread; a later one opens another. "
    "Larger: fewer incidents.": (
        "Une rechute aussi tôt après la fin rouvre le même incident et son fil ; plus tard, c’en est un autre. "
        "Plus long : moins d’incidents."
    ),
    "Between updates of an ongoing incident. Larger: fewer edits of the message.": (
        "Entre deux mises à jour d’un incident en cours. Plus long : moins de modifications du message."
    ),
    "An acknowledgement this old is void once the incident worsens: it is open again and pages again. "
    "Larger: fewer pages.": (
        "Une prise en charge de cet âge ne vaut plus si l’incident s’aggrave : il est rouvert et prévient de "
        "nouveau. Plus long : moins d’appels."
    ),
    "A warning that nobody has acknowledged for this long escalates to the next step. Larger: later.": (
        "Un avertissement que personne n’a pris en charge pendant ce temps passe à l’étape suivante. Plus long : "
        "plus tard."
    ),
    "A critical incident that nobody has acknowledged for this long escalates to the next step. Larger: later.": (
        "Un incident critique que personne n’a pris en charge pendant ce temps passe à l’étape suivante. Plus "
        "long : plus tard."
    ),
    "How often the last step is repeated, after twice the time, four times, and so on. Higher: more pages.": (
        "Nombre de répétitions de la dernière étape, après deux fois, quatre fois ce temps, etc. Plus haut : "
        "plus d’appels."
    ),
    "A page that its receiver does not take for this long goes to `fallback`; by the clock, not event time. "
    "Larger: later, fewer pages twice.": (
        "Un appel que son destinataire ne reçoit pas pendant ce temps part par l’autre canal (`fallback`), à "
        "l’heure de l’horloge. Plus long : plus tard, moins d’appels en double."
    ),
}
