"""Function words of seven languages, normalised: they do not say what a text is about."""

from __future__ import annotations

from typing import Final

from mentions.watchlist.normalise import normalise

_ENGLISH: Final = """
a about above after again against ago all almost already also although always am amp an and another any anybody anyone
anything are aren't around as at away back be became because become been before behind being below between both but by
came can can't cannot come comes coming could couldn't did didn't do does doesn't doing don't done down due during
each either else even ever every everybody everyone everything few first for from further gave get gets getting give
gives going gonna gone got gotta had has hasn't have haven't having he her here hers him his how however i i'd i'll
i'm i've if in instead into is isn't it it's its itself just keep keeps kind knew know known last later least less let
lets like little long look looking looks lot lots made make makes making many may maybe me mean means might mine more
most much must my myself need needs neither never new next no nobody none nor not nothing now of off often oh ok okay
on once one ones only onto or other others our ours out over own people per perhaps please put quite rather really
right rt said same saw say says see seen seem seems several shall she should shouldn't since so some somebody someone
something sometimes soon still such sure take taken takes taking tell than thank thanks that that's the their theirs
them then there there's these they they're thing things think this those though thought through time times to today
together told tomorrow too took toward towards tried try trying two three under until up upon us use used using very
via wanna want wants was wasn't way we we're well went were weren't what what's whatever when where whether which
while who whole whom whose why will with within without won't would wouldn't yeah yes yesterday yet you you'd you'll
you're you've your yours yourself dont didnt doesnt cant wont isnt wasnt im ive youre thats whats lol omg day days
week weeks month months year years hour hours minute minutes monday tuesday wednesday thursday friday saturday sunday
january february march april june july august september october november december morning tonight night http https www
com via good great best love nice better bad super awesome amazing cool anyway guys guy man hey hello hi
"""

_FRENCH: Final = """
à afin ai aie ainsi alors après as au aucun aucune aura aussi autant autour autre autres aux avaient avait avant avec
avez avoir avons beaucoup bien bon bonjour bonne bonsoir car ce ceci cela celle celles celui ces cet cette ceux chacun
chaque chez ci combien comme comment contre d'abord dans de déjà depuis des dès desormais deux devant doit donc dont
du elle elles en encore enfin ensuite entre es est et étaient était étant été être eu eux faire fait faites fallait
faut fois font grâce hier hors ici il ils jamais je jour jours jusque juste la là laquelle le lequel les lesquels leur
leurs lors lorsque lui ma maintenant mais malgré me même mêmes merci mes mieux moi moins moment mon ne ni non nos
notre nous on ont or ou où oui par parce parfois parmi pas pendant peu peut peuvent peux plus plusieurs plutôt pour
pourquoi pourtant près presque puis puisque quand que quel quelle quelles quelque quelques quels qui quoi rien sa sans
sauf se selon sera serait ses seul seulement si sinon soit son sont souvent sous suis sur ta tant te tel telle
tellement tes toi ton toujours tous tout toute toutes très trop tu un une uns va vais vas vers veut veux via vient
voici voilà voir vont vos votre vous vraiment vu y janvier février mars avril mai juin juillet août septembre octobre
novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche heure heures mois semaine ans aujourd'hui demain
soir matin
"""

_SPANISH: Final = """
a al algo alguien alguna algunas alguno algunos ahora antes así aun aunque bien cada casi como con contra cual cuales
cuando cuanto de del desde después donde dos el él ella ellas ellos en entonces entre era eran eres es esa esas ese
eso esos esta está están estas este esto estos estoy fue fueron ha había hace hacer hasta hay han he hoy la las le les
lo los mas más me mejor menos mi mientras mis mismo mucha muchas mucho muchos muy nada ni no nos nosotros nuestra
nuestro o otra otras otro otros para pero poco por porque pues que qué quien quienes se sea ser si sí siempre sin sino
sobre solo son soy su sus también tan tanto te tengo ti tiene tienen toda todas todo todos tu tus un una uno unas unos
usted ustedes va van vez ya yo gracias hola dia dias
"""

_GERMAN: Final = """
aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei dadurch
dafür damit danach dann daran darauf darf das dass dein deine dem den denn der des deshalb dich die dies diese diesem
diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach einige er es etwas euch euer für
gar gegen gehabt gerade gibt ging ganz habe haben hat hatte hatten heute hier hin hinter ich ihm ihn ihnen ihr ihre
ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jetzt kann kein keine keinen können könnte leider
machen mal man mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts noch nun nur ob oder
ohne schon sehr sein seine seinen seiner seit selbst sich sie sind so soll sollte sondern sonst über um und uns unser
unsere unter viel viele vom von vor wann war waren warum was weil weiter welche welcher wenn wer werde werden wie
wieder will wir wird wirklich wo wollen worden wurde wurden zu zum zur zwar zwischen danke bitte hallo tag tage uhr
"""

_ITALIAN: Final = """
a abbiamo ad adesso ai al alla alle allo allora altra altre altri altro anche ancora avere aveva avevo c'è che chi ci
come con contro cosa così cui da dai dal dalla dalle degli dei del della delle dello dentro di dopo dove due e ed era
erano essere fa fare fatto fino fra già gli ha hai hanno ho i il in io la le lei li lo loro lui ma me meno mi mia mie
miei mio molta molti molto ne nei nel nella nelle nessuno niente no noi non nostra nostro o oggi ogni ora per perché
però più poco poi prima proprio può qua quale quando quanto quella quelle quelli quello questa queste questi questo
qui sarà se sei sempre senza si sia siamo sono sopra sotto sta stata stati stato stesso su sua sue sugli sui sul sulla
suo suoi tra troppo tu tua tuo tutta tutte tutti tutto un una uno va vi via voi vostra vostro grazie ciao giorno
"""

_PORTUGUESE: Final = """
a agora ainda algo alguém algum alguma alguns ao aos apenas após aquela aquele aqui as assim até bem cada com como
contra da das de dela dele deles depois desde dessa desse desta deste dia dias do dois dos e é ela elas ele eles em
entre era eram essa essas esse esses esta está estamos estão estar estas estava este estes estou eu faz fazer foi
foram há hoje isso isto já la lhe logo mais mas me mesma mesmo meu meus mim minha minhas muita muitas muito muitos na
nada não nas nem nessa nesse nesta neste ninguém no nos nós nossa nosso num numa nunca o onde os ou outra outras outro
outros para pela pelas pelo pelos pode por porque pra pro quais qual quando quanto que quem se seja sem sempre ser
será seu seus sim sobre só sua suas tá também tanto tão tem têm tenho ter teve tinha toda todas todo todos tu tudo um
uma umas uns vai vão você vocês obrigado obrigada ola
"""

_DUTCH: Final = """
aan achter al alle alleen alles als altijd andere ben bij bijna daar daarom dan dat de der deze die dit doe doen door
dus een eens en er erg even gaan gaat geen geweest goed had hadden heb hebben hebt heeft heel hem hen het hier hij hoe
hun ik in is ja je jij jou jouw jullie kan kon kunnen maar meer men met mij mijn moet moeten na naar net niet niets
nog nu of om omdat onder ons ook op over sinds te tegen toch toe toen tot tussen uit uw van veel voor vooral waar
waarom wanneer want waren was wat we wel werd wie wij wil worden wordt zal ze zeer zelf zich zij zijn zo zoals zonder
zou zouden bedankt dank hallo dag vandaag
"""

_ALL: Final = (_ENGLISH, _FRENCH, _SPANISH, _GERMAN, _ITALIAN, _PORTUGUESE, _DUTCH)

STOPWORDS: Final = frozenset(normalise(word).replace("'", "") for words in _ALL for word in words.split())
"""All of them, without accents and apostrophes."""
