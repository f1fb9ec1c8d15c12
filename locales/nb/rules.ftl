# Regler for nye klienter, og det de finner.

clients-rules = Regler for nye klienter …
rules-title = Nye klienter for { $title }
rules-heading = Nye klienter for { $title }
rules-lead = Med en regel kommer nye klienter hit så snart registeret forteller om dem. Ingen blir lagt til før noen sier ja.
rules-rules = Regler
rules-legend = Vis nye klienter som har virksomheten som
rules-since = Slått på { $when }
rules-note = En regel finner klienter som kommer etter at den ble slått på. Slås den av, forsvinner det den har funnet, fra listen under.
rules-save = Lagre reglene
rules-flash-set = Reglene er lagret.
rules-waiting = Venter på gjennomgang
rules-off = Ingen regler er på, så ingen nye klienter kommer hit.
rules-none = Ingen nye klienter venter.
rules-found = Funnet { $when }
rules-can = Kan legges til
rules-add-these =
    { $n ->
        [one] Legg til denne ene
       *[other] Legg til disse { $shown }
    }
rules-leave = Utelat valgte
rules-check =
    { $n ->
        [one] Se gjennom 1 klient …
       *[other] Se gjennom alle { $shown } …
    }
rules-told-left =
    { $n ->
        [one] 1 utelatt
       *[other] { $shown } utelatt
    }
rules-told-waiting =
    { $n ->
        [one] 1 ny klient venter på gjennomgang
       *[other] { $shown } nye klienter venter på gjennomgang
    }
event-client-rule-set = En regel for nye klienter ble slått på
event-client-rule-removed = En regel for nye klienter ble slått av
