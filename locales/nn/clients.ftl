# Klientar til systemtilgangar som handlar for klientar.
clients-lost-heading = Klientar er fjerna dei siste 30 dagane
clients-lost =
    { $n ->
        [one] 1 klient vart fjerna
       *[other] { $shown } klientar vart fjerna
    }
clients-lost-why = frå { $title } fordi relasjonen { $relation } tok slutt.
fact-clients = Klientar
system-user-clients =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klientar
    }
