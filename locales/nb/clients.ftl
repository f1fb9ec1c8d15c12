# Klienter til systemtilganger som handler for klienter.
clients-lost-heading = Klienter er fjernet de siste 30 dagene
clients-lost =
    { $n ->
        [one] 1 klient ble fjernet
       *[other] { $shown } klienter ble fjernet
    }
clients-lost-why = fra { $title } fordi relasjonen { $relation } opphørte.
fact-clients = Klienter
system-user-clients =
    { $n ->
        [one] 1 klient
       *[other] { $shown } klienter
    }
