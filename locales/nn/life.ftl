# Livet til ein systemtilgang: pause, sluttdato, namn.

system-user-ended = Tilgangen gjekk ut { $day }
system-user-ended-text = Systemet kan ikkje lenger bruke han. Innhald og klientar står, så de kan fornye han når de vil.
system-user-ends = Tilgangen går ut etter { $day }
system-user-ends-text = Etter den dagen kan ikkje systemet bruke han, og det som er i gang, stoppar.
system-user-renew-link = Forny tilgangen
system-user-never-used = Ikkje brukt enno

upkeep-heading = Styr tilgangen
upkeep-rename = Gi tilgangen eit nytt namn
upkeep-rename-button = Lagre namnet
upkeep-end-set = Set ein sluttdato
upkeep-end-change = Endre sluttdatoen
upkeep-end-button = Lagre sluttdatoen
upkeep-end-remove = Fjern sluttdatoen
upkeep-renew = Forny til og med ein ny dag
upkeep-renew-button = Forny
upkeep-pause = Set på pause
upkeep-pause-text = Blir tilgangen sett på pause, får ikkje systemet bruke han før de lèt han halde fram. Innhald og klientar blir ståande. Blir han trekt tilbake, er han borte for godt.
upkeep-resume = La tilgangen halde fram
upkeep-resume-text = Tilgangen er på pause: systemet får ikkje bruke han før de lèt han halde fram. Innhald og klientar er som før.

title-empty = Skriv eit namn på tilgangen.
title-too-long = Namnet kan ha høgst 255 teikn.
title-character = Namnet har eit teikn som ikkje er synleg. Skriv det på nytt.
day-missing = Vel den siste dagen tilgangen skal vare.
day-not-a-day = Skriv ein dag som finst, til dømes 31.12.2027.
day-passed = Vel ein dag som ikkje er forbi.

words-flash-renamed = Tilgangen heiter no { $name }.
words-flash-paused = Tilgangen for { $name } er sett på pause.
words-flash-resumed = Tilgangen for { $name } er ikkje lenger på pause.
words-flash-end-set = Sluttdatoen for { $name } er lagra.
words-flash-end-removed = Sluttdatoen for { $name } er fjerna.
