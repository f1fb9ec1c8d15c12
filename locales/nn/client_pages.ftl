# Klientar for ein systembrukar, éin og mange.

portal-nav-clients = Klientar

clients-title = Klientar for { $title }
clients-heading = Klientar for { $title }
clients-summary = { $added } av { $total } klientar er lagde til.
clients-uses = Systemet kan bruke { $packages } for dei.
clients-search = Søk på namn eller organisasjonsnummer
clients-show = Vis
clients-all = Alle
clients-state-added = Lagt til
clients-state-available = Ikkje lagt til
clients-state-blocked = Kan ikkje leggjast til
clients-state-none = Ikkje på nokon systemtilgang
clients-no-hits = Ingen klientar passar med søket.
clients-none = Ingen har gitt verksemda rett til å opptre for seg. Klientar kjem hit når dei er registrerte med dykk som rekneskapsførar, revisor eller forretningsførar.
clients-count =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klientar
    }
clients-more =
    { $n ->
        [one] Fleire enn 1 treff
       *[other] Fleire enn { $shown } treff
    }
clients-column-client = Klient
clients-column-clients = Klientar
clients-column-relation = Relasjon
clients-pick = Vel { $name }
clients-elsewhere = Også på { $titles }
clients-missing = Manglar { $packages }
clients-own = Eiga verksemd
clients-add = Legg til
clients-remove = Fjern
clients-add-one = Legg til { $name }
clients-remove-one = Fjern { $name }
clients-add-selected = Legg til valde
clients-remove-selected = Fjern valde
clients-first = Til starten
clients-many = Mange på éin gong
clients-add-all = Legg til alle …
clients-remove-all = Fjern alle …
clients-add-matching = Legg til alle treff …
clients-remove-matching = Fjern alle treff …
clients-from-list = Frå ei liste, ei fil eller ein annan systemtilgang …
clients-csv = Last ned lista (CSV)
clients-csv-number = Organisasjonsnummer
clients-csv-form = Organisasjonsform
clients-csv-missing = Manglar
clients-flash-added = { $name } er lagd til.
clients-flash-removed = { $name } er fjerna.
clients-flash-already = Det var ingenting å endre for { $name }.
clients-flash-not = Kan ikkje leggjast til no. { $name }.
clients-flash-none = Ingen klientar var valde. Kryss av for dei du vil leggje til eller fjerne.
clients-flash-many = Ferdig: { $name }.
clients-told-added =
    { $n ->
        [one] 1 lagd til
       *[other] { $shown } lagde til
    }
clients-told-removed =
    { $n ->
        [one] 1 fjerna
       *[other] { $shown } fjerna
    }
clients-told-already =
    { $n ->
        [one] 1 utan endring
       *[other] { $shown } utan endring
    }
clients-told-not =
    { $n ->
        [one] 1 kan ikkje leggjast til
       *[other] { $shown } kan ikkje leggjast til
    }
clients-not-title = Du kan ikkje administrere klientane for { $title }
clients-not-heading = Du kan ikkje administrere klientar
clients-not-lead = For å sjå klientane for { $title } må du ha nøkkelrolle i verksemda eller vere klientadministrator.
clients-not-who = Desse kan gjere det, eller gi deg tilgang
clients-not-people =
    { $n ->
        [one] 1 person i verksemda kan det.
       *[other] { $shown } personar i verksemda kan det.
    }
clients-choose-title = Klientar
clients-choose-lead = Vel systemtilgangen du vil leggje til klientar på.
clients-choose-more = Dei 100 nyaste er viste. Resten finn du på oversikta.
clients-add-now = Legg til klientar no

bulk-title = Legg til eller fjern mange klientar på { $title }
bulk-heading = Legg til eller fjern mange klientar på { $title }
bulk-lead = Du ser kva som vil skje før noko blir gjort.
bulk-wrong = Lista kan ikkje brukast slik ho er
bulk-all = Alle klientar
bulk-matching = Alle som passar med «{ $q }»
bulk-check-add = Sjå kva som blir lagt til
bulk-check-remove = Sjå kva som blir fjerna
bulk-list = Ei liste med organisasjonsnummer
bulk-list-label = Organisasjonsnummer
bulk-list-note = Eitt på kvar linje, eller med komma eller semikolon mellom. Mellomrom i numra gjer ingenting.
bulk-file = Ei fil
bulk-file-label = CSV- eller tekstfil
bulk-file-note = Opptil 10 MB og 100 000 nummer, lagra som UTF-8. Har fila fleire kolonnar, blir den med organisasjonsnummer brukt.
bulk-copy = Klientane frå ein annan systemtilgang
bulk-copy-label = Kopier frå
bulk-line = linje { $line }
bulk-fault-check = Linje { $line }: siste siffer i organisasjonsnummeret passar ikkje
bulk-fault-number = Linje { $line }: fann ikkje noko organisasjonsnummer
bulk-empty = Lista er tom.
bulk-encoding = Linje { $line } er ikkje UTF-8. Lagre fila på nytt som «CSV UTF-8».
bulk-too-many = Lista har fleire enn 100 000 nummer. Del ho i fleire.
bulk-too-long = Fila er større enn 10 MB. Del ho i fleire.
bulk-blocked =
    { $n ->
        [one] 1 klient:
       *[other] { $shown } klientar:
    }
bulk-flash-gone = Lista du såg på, er for gammal eller erstatta av nyare. Vel klientane på nytt.
bulk-blocked-otherwise =
    { $n ->
        [one] 1 klient manglar andre tilgangspakkar.
       *[other] { $shown } klientar manglar andre tilgangspakkar.
    }

check-title-add = Klientar som blir lagde til på { $title }
check-title-remove = Klientar som blir fjerna frå { $title }
check-heading-add = Leggje til klientar på { $title }?
check-heading-remove = Fjerne klientar frå { $title }?
check-lead = Ingenting er gjort enno.
check-nothing = Det er ingenting å gjere.
check-will-add = Blir lagt til
check-will-remove = Blir fjerna
check-already = Er lagt til frå før
check-not-there = Er ikkje lagt til
check-repeated = Stod fleire gonger i lista
check-faults = Linjer som ikkje kan lesast
check-faults-which = Kva linjer
check-add =
    { $n ->
        [one] Legg til 1 klient
       *[other] Legg til { $shown } klientar
    }
check-remove =
    { $n ->
        [one] Fjern 1 klient
       *[other] Fjern { $shown } klientar
    }
check-back = Tilbake til klientane
check-rows = Lista, rad for rad

job-title-add = Jobb: leggje til klientar på { $title }
job-title-remove = Jobb: fjerne klientar frå { $title }
job-heading-add = Leggje til klientar på { $title }
job-heading-remove = Fjerne klientar frå { $title }
job-running = Går føre seg
job-done = Ferdig
job-cancelled = Avbroten
job-stopped = Stoppa
job-progress = Framdrift
job-done-of = { $done } av { $of } rader er behandla.
job-goes-on = Jobben held fram sjølv om du lukkar sida.
job-not-entitled = Den som starta jobben, kan ikkje lenger administrere klientar. Resten er ikkje gjort.
job-revoked = Systemtilgangen er trekt tilbake. Resten er ikkje gjort.
job-refused = Kunne ikkje gjerast
job-begun = Starta
job-ended = Avslutta
job-refresh = Oppdater sida
job-csv = Last ned resultatet (CSV)
job-csv-outcome = Resultat
job-csv-why = Kvifor
job-csv-line = Linje
job-retry = Prøv det som står att på nytt
job-cancel = Avbryt jobben
job-back = Tilbake til klientane
job-rows = Rad for rad
job-show-all = Vis alle rader
job-show-refused = Vis berre det som ikkje kunne gjerast
job-no-rows = Ingen rader her.
job-row-left = Ikkje gjort
job-row-waiting = Ventar
job-row-added = Lagt til
job-row-removed = Fjerna
job-row-will-add = Blir lagt til
job-row-will-remove = Blir fjerna
job-row-already = Var lagt til
job-row-not-there = Var ikkje lagt til
job-row-not-a-client = Er ikkje klient hos dykk
job-row-blocked = Kan ikkje leggjast til
job-row-failed = Feila, kan prøvast på nytt

jobs-running-now = Klientar blir lagde til eller fjerna no. Sjå kor langt det er kome
jobs-earlier = Tidlegare masseendringar
jobs-title = Masseendringar på { $title }
jobs-heading = Masseendringar på { $title }
jobs-lead = Klientar som er lagde til eller fjerna mange på ein gong, dei siste 90 dagane.
jobs-none = Det er ingen masseendringar dei siste 90 dagane.
jobs-column-what = Kva
jobs-column-who = Starta
jobs-added =
    { $n ->
        [one] 1 klient lagd til
       *[other] { $shown } klientar lagde til
    }
jobs-removed =
    { $n ->
        [one] 1 klient fjerna
       *[other] { $shown } klientar fjerna
    }
jobs-first = Til dei nyaste
jobs-crumb = Masseendringar
