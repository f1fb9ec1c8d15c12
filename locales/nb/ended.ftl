# Tilganger som tok slutt da virksomheten ble slettet i registeret, og virksomheter som er slettet.

ended-title = Avsluttede tilganger for { $party }
ended-heading = Avsluttede tilganger
ended-lead = Disse tilgangene tok slutt da { $party } ble slettet i registeret. De kommer ikke tilbake av seg selv. Du kan gi dem på nytt.
ended-none = Ingen tilganger tok slutt på denne måten.
ended-when = Avsluttet
ended-anew = Gi på nytt
ended-given = Gitt på nytt
ended-notice = Noen tilganger tok slutt da virksomheten ble slettet i registeret.
ended-notice-link = Se dem og gi dem på nytt
ended-user = Tilgangen tok slutt { $day }
ended-user-text = Virksomheten var slettet i registeret. Nå er den registrert igjen, men tilgangen er fortsatt avsluttet.
anew-title = Gi { $title } tilgang på nytt
anew-heading = Gi { $title } tilgang på nytt
anew-lead = Systemet får det samme som før: Det kan bruke det som står under, på vegne av { $party }, så snart tilgangen er gitt.
anew-lead-clients = Systemet får det samme som før hos { $party }, men ingen klienter. Dem legger dere til etterpå.
anew-changed = Noe er endret siden du så det
anew-changed-text = Ingenting er gitt. Se gjennom på nytt.
anew-not = Ikke gi på nytt
parties-ended = Slettede virksomheter
parties-ended-text = Du hadde en rolle i disse da de ble slettet i registeret. Du kan lese hva som har skjedd, men ikke handle for dem.
parties-ended-history = Se historikken
parties-ended-since = Slettet { $day }
history-of-ended = Virksomheten er slettet i registeret
history-of-ended-text = Du kan lese historikken fordi du hadde en rolle i virksomheten da den ble slettet.
