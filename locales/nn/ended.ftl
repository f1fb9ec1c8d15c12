# Tilgangar som tok slutt då verksemda vart sletta i registeret, og verksemder som er sletta.

ended-title = Avslutta tilgangar for { $party }
ended-heading = Avslutta tilgangar
ended-lead = Desse tilgangane tok slutt då { $party } vart sletta i registeret. Dei kjem ikkje tilbake av seg sjølve. Du kan gi dei på nytt.
ended-none = Ingen tilgangar tok slutt på denne måten.
ended-when = Avslutta
ended-anew = Gi på nytt
ended-given = Gitt på nytt
ended-notice = Nokre tilgangar tok slutt då verksemda vart sletta i registeret.
ended-notice-link = Sjå dei og gi dei på nytt
ended-user = Tilgangen tok slutt den { $day }
ended-user-text = Verksemda var sletta i registeret. No er ho registrert igjen, men tilgangen er framleis avslutta.
anew-title = Gi { $title } tilgang på nytt
anew-heading = Gi { $title } tilgang på nytt
anew-lead = Systemet får det same som før: Det kan bruke det som står under, på vegner av { $party }, så snart tilgangen er gitt.
anew-lead-clients = Systemet får det same som før hos { $party }, men ingen klientar. Dei legg de til etterpå.
anew-changed = Noko er endra sidan du såg det
anew-changed-text = Ingenting er gitt. Sjå gjennom på nytt.
anew-not = Ikkje gi på nytt
parties-ended = Sletta verksemder
parties-ended-text = Du hadde ei rolle i desse då dei vart sletta i registeret. Du kan lese kva som har hendt, men ikkje handle for dei.
parties-ended-history = Sjå historikken
parties-ended-since = Sletta { $day }
history-of-ended = Verksemda er sletta i registeret
history-of-ended-text = Du kan lese historikken fordi du hadde ei rolle i verksemda då ho vart sletta.
