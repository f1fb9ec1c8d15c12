# Reglar for nye klientar, og det dei finn.

clients-rules = Reglar for nye klientar …
rules-title = Nye klientar for { $title }
rules-heading = Nye klientar for { $title }
rules-lead = Med ein regel kjem nye klientar hit så snart registeret fortel om dei. Ingen blir lagd til før nokon seier ja.
rules-rules = Reglar
rules-legend = Vis nye klientar som har verksemda som
rules-since = Slått på { $when }
rules-note = Ein regel finn klientar som kjem etter at han vart slått på. Blir han slått av, forsvinn det han har funne, frå lista under.
rules-save = Lagre reglane
rules-flash-set = Reglane er lagra.
rules-waiting = Ventar på gjennomgang
rules-off = Ingen reglar er på, så ingen nye klientar kjem hit.
rules-none = Ingen nye klientar ventar.
rules-found = Funnen { $when }
rules-can = Kan leggjast til
rules-add-these =
    { $n ->
        [one] Legg til denne eine
       *[other] Legg til desse { $shown }
    }
rules-leave = Utelat valde
rules-check =
    { $n ->
        [one] Sjå gjennom 1 klient …
       *[other] Sjå gjennom alle { $shown } …
    }
rules-told-left =
    { $n ->
        [one] 1 utelaten
       *[other] { $shown } utelatne
    }
rules-told-waiting =
    { $n ->
        [one] 1 ny klient ventar på gjennomgang
       *[other] { $shown } nye klientar ventar på gjennomgang
    }
event-client-rule-set = Ein regel for nye klientar vart slått på
event-client-rule-removed = Ein regel for nye klientar vart slått av
