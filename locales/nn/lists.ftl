# Listene på oversikta, førespurnadene, og kven som kan.

overview-create = Gi eit system tilgang
overview-ending =
    { $n ->
        [one] 1 tilgang går ut innan 30 dagar.
       *[other] { $shown } tilgangar går ut innan 30 dagar.
    }
overview-ending-link = Vis det som går ut
overview-ends = Går ut { $when }
overview-show = Vis eit utval
overview-show-all = Alle
overview-show-unused = Ikkje brukt på 90 dagar
overview-show-ending = Går ut innan 30 dagar
overview-none-such = Ingen tilgangar passar til utvalet.
overview-for-clients = For klientar
overview-all-waiting =
    { $n ->
        [one] Vis den eine som ventar
       *[other] Vis alle { $shown } som ventar
    }
overview-last-used = Sist brukt { $when }
overview-never-used = Ikkje brukt enno

requests-title = Førespurnader til { $party }
requests-heading = Førespurnader til { $party }
requests-lead = Her er alt leverandørar ber om og som ingen har svart på. Det som er sendt vidare til dykk, står først.
requests-none = Ingen førespurnader ventar på svar. Når ein leverandør ber om tilgang, dukkar det opp her.
requests-history = Sjå førespurnader som er svart på

system-user-waiting = Endringar som ventar på svar
system-user-history-all = Sjå heile historikken

able-nobody = Ingen i verksemda kan godkjenne alt dette i dag. Den som skal gjere det, må ha ei av desse rollene eller tilgangane:
able-people =
    { $n ->
        [one] 1 person i verksemda kan godkjenne:
       *[other] { $shown } personar i verksemda kan godkjenne:
    }
able-others =
    { $n ->
        [one] og 1 til
       *[other] og { $shown } til
    }
able-roles = Rolle eller tilgang: { $roles }.
