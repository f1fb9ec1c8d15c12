# En systemtilgangs liv: pause, sluttdato, navn.

system-user-ended = Tilgangen gikk ut { $day }
system-user-ended-text = Systemet kan ikke lenger bruke den. Innhold og klienter står, så dere kan fornye den når dere vil.
system-user-ends = Tilgangen går ut etter { $day }
system-user-ends-text = Etter den dagen kan systemet ikke bruke den, og det som er i gang, stopper.
system-user-renew-link = Forny tilgangen
system-user-never-used = Ikke brukt ennå

upkeep-heading = Styr tilgangen
upkeep-rename = Gi tilgangen et nytt navn
upkeep-rename-button = Lagre navnet
upkeep-end-set = Sett en sluttdato
upkeep-end-change = Endre sluttdatoen
upkeep-end-button = Lagre sluttdatoen
upkeep-end-remove = Fjern sluttdatoen
upkeep-renew = Forny til og med en ny dag
upkeep-renew-button = Forny
upkeep-pause = Sett på pause
upkeep-pause-text = Settes tilgangen på pause, får systemet ikke bruke den før dere lar den fortsette. Innhold og klienter blir stående. Trekkes den tilbake, er den borte for godt.
upkeep-resume = La tilgangen fortsette
upkeep-resume-text = Tilgangen er på pause: systemet får ikke bruke den før dere lar den fortsette. Innhold og klienter er som før.

title-empty = Skriv et navn på tilgangen.
title-too-long = Navnet kan ha høyst 255 tegn.
title-character = Navnet har et tegn som ikke vises. Skriv det på nytt.
day-missing = Velg den siste dagen tilgangen skal vare.
day-not-a-day = Skriv en dag som finnes, for eksempel 31.12.2027.
day-passed = Velg en dag som ikke er forbi.

words-flash-renamed = Tilgangen heter nå { $name }.
words-flash-paused = Tilgangen for { $name } er satt på pause.
words-flash-resumed = Tilgangen for { $name } er ikke lenger på pause.
words-flash-end-set = Sluttdatoen for { $name } er lagret.
words-flash-end-removed = Sluttdatoen for { $name } er fjernet.
