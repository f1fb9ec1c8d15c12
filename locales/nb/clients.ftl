# Klienter til systemtilganger som handler for klienter.
clients-lost-heading = Klienter er fjernet de siste 30 dagene
clients-lost =
    { $n ->
        [one] 1 klient ble fjernet
       *[other] { $shown } klienter ble fjernet
    }
clients-lost-why = fra { $title } fordi relasjonen { $relation } tok slutt.
clients-lost-deleted = fra { $title } fordi virksomheten er slettet.
fact-clients = Klienter
system-user-clients =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klienter
    }
change-clients = Hva som skjer med klientene
change-clients-keep =
    { $n ->
        [one] 1 klient følger med.
       *[other] { $shown } klienter følger med.
    }
change-clients-lose =
    { $n ->
        [one] 1 klient følger ikke med, og står som «Kan ikke legges til».
       *[other] { $shown } klienter følger ikke med, og står som «Kan ikke legges til».
    }
change-clients-lack =
    { $n ->
        [one] Mangler for 1:
       *[other] Mangler for { $shown }:
    }
change-clients-own-stays = Egen virksomhet følger med.
change-clients-own-ends = Egen virksomhet følger ikke med, fordi du ikke kan gi { $packages } for egen virksomhet.
