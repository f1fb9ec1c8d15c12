# Klientar til systemtilgangar som handlar for klientar.
clients-lost-heading = Klientar er fjerna dei siste 30 dagane
clients-lost =
    { $n ->
        [one] 1 klient vart fjerna
       *[other] { $shown } klientar vart fjerna
    }
clients-lost-why = frå { $title } fordi relasjonen { $relation } tok slutt.
clients-lost-deleted = frå { $title } fordi verksemda er sletta.
fact-clients = Klientar
system-user-clients =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klientar
    }
change-clients = Kva som skjer med klientane
change-clients-keep =
    { $n ->
        [one] 1 klient følgjer med.
       *[other] { $shown } klientar følgjer med.
    }
change-clients-lose =
    { $n ->
        [one] 1 klient følgjer ikkje med, og står som «Kan ikkje leggjast til».
       *[other] { $shown } klientar følgjer ikkje med, og står som «Kan ikkje leggjast til».
    }
change-clients-lack =
    { $n ->
        [one] Manglar for 1:
       *[other] Manglar for { $shown }:
    }
change-clients-own-stays = Eiga verksemd følgjer med.
change-clients-own-ends = Eiga verksemd følgjer ikkje med, fordi du ikkje kan gi { $packages } for eiga verksemd.
