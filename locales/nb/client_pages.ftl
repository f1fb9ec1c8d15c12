# Klienter for en systembruker, én og mange.

portal-nav-clients = Klienter

clients-title = Klienter for { $title }
clients-heading = Klienter for { $title }
clients-summary = { $added } av { $total } klienter er lagt til.
clients-uses = Systemet kan bruke { $packages } for dem.
clients-search = Søk på navn eller organisasjonsnummer
clients-show = Vis
clients-all = Alle
clients-state-added = Lagt til
clients-state-available = Ikke lagt til
clients-state-blocked = Kan ikke legges til
clients-state-none = Ikke på noen systemtilgang
clients-no-hits = Ingen klienter passer med søket.
clients-none = Ingen har gitt virksomheten rett til å opptre for seg. Klienter kommer hit når de er registrert med dere som regnskapsfører, revisor eller forretningsfører.
clients-count =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klienter
    }
clients-more =
    { $n ->
        [one] Flere enn 1 treff
       *[other] Flere enn { $shown } treff
    }
clients-column-client = Klient
clients-column-clients = Klienter
clients-column-relation = Relasjon
clients-pick = Velg { $name }
clients-elsewhere = Også på { $titles }
clients-missing = Mangler { $packages }
clients-own = Egen virksomhet
clients-add = Legg til
clients-remove = Fjern
clients-add-one = Legg til { $name }
clients-remove-one = Fjern { $name }
clients-add-selected = Legg til valgte
clients-remove-selected = Fjern valgte
clients-first = Til begynnelsen
clients-many = Mange på en gang
clients-add-all = Legg til alle …
clients-remove-all = Fjern alle …
clients-add-matching = Legg til alle treff …
clients-remove-matching = Fjern alle treff …
clients-from-list = Fra en liste, en fil eller en annen systemtilgang …
clients-csv = Last ned listen (CSV)
clients-csv-number = Organisasjonsnummer
clients-csv-form = Organisasjonsform
clients-csv-missing = Mangler
clients-flash-added = { $name } er lagt til.
clients-flash-removed = { $name } er fjernet.
clients-flash-already = Det var ingenting å endre for { $name }.
clients-flash-not = Kan ikke legges til nå. { $name }.
clients-flash-none = Ingen klienter var valgt. Kryss av for dem du vil legge til eller fjerne.
clients-flash-many = Ferdig: { $name }.
clients-told-added =
    { $n ->
        [one] 1 lagt til
       *[other] { $shown } lagt til
    }
clients-told-removed =
    { $n ->
        [one] 1 fjernet
       *[other] { $shown } fjernet
    }
clients-told-already =
    { $n ->
        [one] 1 uten endring
       *[other] { $shown } uten endring
    }
clients-told-not =
    { $n ->
        [one] 1 kan ikke legges til
       *[other] { $shown } kan ikke legges til
    }
clients-not-title = Du kan ikke administrere klientene for { $title }
clients-not-heading = Du kan ikke administrere klienter
clients-not-lead = For å se klientene for { $title } må du ha nøkkelrolle i virksomheten eller være klientadministrator.
clients-not-who = Disse kan gjøre det, eller gi deg tilgang
clients-not-people =
    { $n ->
        [one] 1 person i virksomheten kan det.
       *[other] { $shown } personer i virksomheten kan det.
    }
clients-choose-title = Klienter
clients-choose-lead = Velg systemtilgangen du vil legge til klienter på.
clients-choose-more = De 100 nyeste vises. Resten finner du på oversikten.
clients-add-now = Legg til klienter nå

bulk-title = Legg til eller fjern mange klienter på { $title }
bulk-heading = Legg til eller fjern mange klienter på { $title }
bulk-lead = Du ser hva som vil skje før noe gjøres.
bulk-wrong = Listen kan ikke brukes slik den er
bulk-all = Alle klienter
bulk-matching = Alle som passer med «{ $q }»
bulk-check-add = Se hva som blir lagt til
bulk-check-remove = Se hva som blir fjernet
bulk-list = En liste med organisasjonsnumre
bulk-list-label = Organisasjonsnumre
bulk-list-note = Ett på hver linje, eller med komma eller semikolon mellom. Mellomrom i numrene gjør ingenting.
bulk-file = En fil
bulk-file-label = CSV- eller tekstfil
bulk-file-note = Opptil 10 MB og 100 000 numre, lagret som UTF-8. Har filen flere kolonner, brukes den med organisasjonsnumre.
bulk-copy = Klientene fra en annen systemtilgang
bulk-copy-label = Kopier fra
bulk-line = linje { $line }
bulk-fault-check = Linje { $line }: siste siffer i organisasjonsnummeret passer ikke
bulk-fault-number = Linje { $line }: fant ikke noe organisasjonsnummer
bulk-empty = Listen er tom.
bulk-encoding = Linje { $line } er ikke UTF-8. Lagre filen på nytt som «CSV UTF-8».
bulk-too-many = Listen har flere enn 100 000 numre. Del den i flere.
bulk-too-long = Filen er større enn 10 MB. Del den i flere.
bulk-blocked =
    { $n ->
        [one] 1 klient:
       *[other] { $shown } klienter:
    }
bulk-flash-gone = Listen du så på, er for gammel eller erstattet av nyere. Velg klientene på nytt.
bulk-blocked-otherwise =
    { $n ->
        [one] 1 klient mangler andre tilgangspakker.
       *[other] { $shown } klienter mangler andre tilgangspakker.
    }

check-title-add = Klienter som blir lagt til på { $title }
check-title-remove = Klienter som blir fjernet fra { $title }
check-heading-add = Legge til klienter på { $title }?
check-heading-remove = Fjerne klienter fra { $title }?
check-lead = Ingenting er gjort ennå.
check-nothing = Det er ingenting å gjøre.
check-will-add = Blir lagt til
check-will-remove = Blir fjernet
check-already = Er lagt til fra før
check-not-there = Er ikke lagt til
check-repeated = Sto flere ganger i listen
check-faults = Linjer som ikke kan leses
check-faults-which = Hvilke linjer
check-add =
    { $n ->
        [one] Legg til 1 klient
       *[other] Legg til { $shown } klienter
    }
check-remove =
    { $n ->
        [one] Fjern 1 klient
       *[other] Fjern { $shown } klienter
    }
check-back = Tilbake til klientene
check-rows = Listen, rad for rad

job-title-add = Jobb: legge til klienter på { $title }
job-title-remove = Jobb: fjerne klienter fra { $title }
job-heading-add = Legge til klienter på { $title }
job-heading-remove = Fjerne klienter fra { $title }
job-running = Pågår
job-done = Ferdig
job-cancelled = Avbrutt
job-stopped = Stoppet
job-progress = Fremdrift
job-done-of = { $done } av { $of } rader er behandlet.
job-goes-on = Jobben går videre selv om du lukker siden.
job-not-entitled = Den som startet jobben, kan ikke lenger administrere klienter. Resten er ikke gjort.
job-revoked = Systemtilgangen er trukket tilbake. Resten er ikke gjort.
job-refused = Kunne ikke gjøres
job-begun = Startet
job-ended = Avsluttet
job-refresh = Oppdater siden
job-csv = Last ned resultatet (CSV)
job-csv-outcome = Resultat
job-csv-why = Hvorfor
job-csv-line = Linje
job-retry = Prøv det som gjenstår på nytt
job-cancel = Avbryt jobben
job-back = Tilbake til klientene
job-rows = Rad for rad
job-show-all = Vis alle rader
job-show-refused = Vis bare det som ikke kunne gjøres
job-no-rows = Ingen rader her.
job-row-left = Ikke gjort
job-row-waiting = Venter
job-row-added = Lagt til
job-row-removed = Fjernet
job-row-will-add = Blir lagt til
job-row-will-remove = Blir fjernet
job-row-already = Var lagt til
job-row-not-there = Var ikke lagt til
job-row-not-a-client = Er ikke klient hos dere
job-row-blocked = Kan ikke legges til
job-row-failed = Feilet, kan prøves på nytt

jobs-running-now = Klienter legges til eller fjernes nå. Se hvor langt det er kommet
jobs-earlier = Tidligere masseendringer
jobs-title = Masseendringer på { $title }
jobs-heading = Masseendringer på { $title }
jobs-lead = Klienter som er lagt til eller fjernet mange på en gang, de siste 90 dagene.
jobs-none = Det er ingen masseendringer de siste 90 dagene.
jobs-column-what = Hva
jobs-column-who = Startet
jobs-added =
    { $n ->
        [one] 1 klient lagt til
       *[other] { $shown } klienter lagt til
    }
jobs-removed =
    { $n ->
        [one] 1 klient fjernet
       *[other] { $shown } klienter fjernet
    }
jobs-first = Til de nyeste
jobs-crumb = Masseendringer
