words-flash-chosen = Du handler nå på vegne av { $name }.
words-flash-unknown = Innloggingstjenesten bekrefter at du kan styre tilganger for { $name }, men virksomheten finnes ikke i registeret her.
words-flash-revoked = Tilgangen for { $name } er trukket tilbake.
words-flash-escalated = Forespørselen er sendt videre til dem som kan godkjenne den.
words-why-package = Du mangler tilgangspakken som åpner tjenesten, eller kan ikke gi den videre.
words-why-package-itself = Du har ikke denne tilgangspakken, eller kan ikke gi den videre.
words-why-role = Du mangler rollen som tjenesten krever.
words-why-delegation = Du har ikke fått tjenesten fra virksomheten.
words-why-list = Virksomheten står ikke på tjenestens tilgangsliste.
words-why-closed = Tjenesten kan ikke gis til andre.
words-why-not-assignable = Tilgangspakken kan ikke gis til et system for egen virksomhet.
words-why-not-delegable = Tilgangspakken kan ikke gis til et system for klienter.
words-why-other = Du kan ikke gi denne.
words-who = Dette kan gis av: { $roles }.
words-missing = Du kan ikke se eller styre systemtilganger for virksomheten. Det kan de som har en av disse rollene eller tilgangene: { $roles }. Har du fått en lenke fra en leverandør, kan du åpne den og sende forespørselen videre.
words-by-vendor = Leverandøren
words-created-request = Godkjent av { $who } etter en forespørsel fra leverandøren.
words-created-owner = Opprettet av { $who }, uten forespørsel fra leverandøren.
words-person-unnamed = Innlogget person
words-lead-back = Til oversikten
words-log-in = Logg inn
words-changed-facts = Dette er også endret: { $facts }.
words-system-gone = Systemet er slettet
words-vouched = Tilgangsstyrer bekreftet ved innlogging
words-proceedings = Konkurs eller avvikling
words-bankruptcy = Konkurs
words-forced-liquidation = Under tvangsavvikling eller tvangsoppløsning
words-winding-up = Under avvikling
words-proceeding-since = { $proceeding } siden { $day }
words-sub-units =
    { $n ->
        [one] Gjelder også underenheten til virksomheten.
       *[other] Gjelder også de { $shown } underenhetene til virksomheten.
    }
words-sub-units-more = Gjelder også underenhetene til virksomheten, som er flere enn { $most }.
words-sub-units-of-clients = Gjelder også underenhetene til klientene.
words-under = Virksomhetens status da: { $proceedings }
