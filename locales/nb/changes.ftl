# Endringer av en systemtilgang.

change-title = Endring av systemtilgangen { $title }
change-asks = { $vendor } ber om å endre systemtilgangen { $title }
change-lead = Blir endringen godkjent, endres det systemet kan bruke på vegne av { $party }. Ingenting endres før den er godkjent.
change-comes = Dette får systemet i tillegg
change-goes = Dette mister systemet
change-stays = Dette beholder systemet
change-came = Dette fikk systemet
change-went = Dette mistet systemet
change-asked-comes = Dette ba leverandøren om å legge til
change-asked-goes = Dette ba leverandøren om å fjerne
change-nothing = Systemtilgangen er allerede slik leverandøren ber om. Ingenting endres om du godkjenner.
change-valid-to = Ny sluttdato
change-valid-to-day = Tilgangen varer til og med { $day }
change-approve = Godkjenn endringen
change-reject = Avvis endringen
change-accepted-heading = Endringen av { $title } er godkjent
change-rejected-heading = Endringen av { $title } er avvist
change-rejected-by = Avvist av { $who }, { $when }. Systemtilgangen er som før.
change-timed-out-text = Fristen for å svare gikk ut { $when }. Systemtilgangen er som før. Leverandøren kan sende en ny forespørsel.
change-revoked = Systemtilgangen er trukket tilbake
change-revoked-text = Den ble trukket tilbake etter at forespørselen ble sendt. Derfor er det ikke noe å endre.
change-end-passed-text = Leverandøren ba om en sluttdato som nå har passert. Derfor kan endringen ikke godkjennes. Be leverandøren sende en ny forespørsel hvis dere trenger endringen.
change-reject-title = Avvis endringen av { $title }
change-reject-heading = Vil du avvise endringen som { $vendor } ber om?
change-reject-text = Systemtilgangen { $title } blir da som før. Leverandøren ser at endringen er avvist.
