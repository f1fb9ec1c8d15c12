# Endringar av ein systemtilgang.

change-title = Endring av systemtilgangen { $title }
change-asks = { $vendor } ber om å endre systemtilgangen { $title }
change-lead = Blir endringa godkjend, endrar det kva systemet kan bruke på vegner av { $party }. Ingenting blir endra før ho er godkjend.
change-comes = Dette får systemet i tillegg
change-goes = Dette mistar systemet
change-stays = Dette beheld systemet
change-came = Dette fekk systemet
change-went = Dette mista systemet
change-asked-comes = Dette bad leverandøren om å leggje til
change-asked-goes = Dette bad leverandøren om å fjerne
change-nothing = Systemtilgangen er allereie slik leverandøren ber om. Ingenting blir endra om du godkjenner.
change-valid-to = Ny sluttdato
change-valid-to-day = Tilgangen varer til og med { $day }
change-approve = Godkjenn endringa
change-reject = Avvis endringa
change-accepted-heading = Endringa av { $title } er godkjend
change-rejected-heading = Endringa av { $title } er avvist
change-rejected-by = Avvist av { $who }, { $when }. Systemtilgangen er som før.
change-timed-out-text = Fristen for å svare gjekk ut { $when }. Systemtilgangen er som før. Leverandøren kan sende ein ny førespurnad.
change-revoked = Systemtilgangen er trekt tilbake
change-revoked-text = Han vart trekt tilbake etter at førespurnaden vart send. Difor er det ikkje noko å endre.
change-end-passed-text = Leverandøren bad om ein sluttdato som no er passert. Difor kan endringa ikkje godkjennast. Be leverandøren sende ein ny førespurnad om de treng endringa.
change-reject-title = Avvis endringa av { $title }
change-reject-heading = Vil du avvise endringa som { $vendor } ber om?
change-reject-text = Systemtilgangen { $title } blir då som før. Leverandøren ser at endringa er avvist.
