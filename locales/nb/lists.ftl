# Listene på oversikten, forespørslene, og hvem som kan.

overview-create = Gi et system tilgang
overview-ending =
    { $n ->
        [one] 1 tilgang går ut innen 30 dager.
       *[other] { $shown } tilganger går ut innen 30 dager.
    }
overview-ending-link = Vis det som går ut
overview-ends = Går ut { $when }
overview-show = Vis et utvalg
overview-show-all = Alle
overview-show-unused = Ikke brukt på 90 dager
overview-show-ending = Går ut innen 30 dager
overview-none-such = Ingen tilganger passer til utvalget.
overview-for-clients = For klienter
overview-all-waiting =
    { $n ->
        [one] Vis den ene som venter
       *[other] Vis alle { $shown } som venter
    }
overview-last-used = Sist brukt { $when }
overview-never-used = Ikke brukt ennå

requests-title = Forespørsler til { $party }
requests-heading = Forespørsler til { $party }
requests-lead = Her er alt leverandører ber om og som ingen har svart på. Det som er sendt videre til dere, står først.
requests-none = Ingen forespørsler venter på svar. Når en leverandør ber om tilgang, dukker det opp her.
requests-history = Se forespørsler som er besvart

system-user-waiting = Endringer som venter på svar
system-user-history-all = Se hele historikken

able-nobody = Ingen i virksomheten kan godkjenne alt dette i dag. Den som skal gjøre det, må ha en av disse rollene eller tilgangene:
able-people =
    { $n ->
        [one] 1 person i virksomheten kan godkjenne:
       *[other] { $shown } personer i virksomheten kan godkjenne:
    }
able-others =
    { $n ->
        [one] og 1 til
       *[other] og { $shown } til
    }
able-roles = Rolle eller tilgang: { $roles }.
