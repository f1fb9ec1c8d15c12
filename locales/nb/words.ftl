words-flash-chosen = Du handler nå på vegne av { $name }.
words-flash-unknown = Innloggingstjenesten bekrefter at du kan styre tilganger for { $name }, men virksomheten finnes ikke i registeret her.
words-flash-revoked = Tilgangen for { $name } er trukket tilbake.
words-flash-escalated = Forespørselen er sendt videre til dem som kan godkjenne den.
words-why-package = Du mangler tilgangspakken som åpner tjenesten, eller kan ikke gi den videre.
words-why-role = Du mangler rollen som tjenesten krever.
words-why-delegation = Du har ikke fått tjenesten fra virksomheten.
words-why-list = Virksomheten står ikke på tjenestens tilgangsliste.
words-why-closed = Tjenesten kan ikke gis til andre.
words-why-not-assignable = Tilgangspakken kan ikke gis til et system for egen virksomhet.
words-why-not-delegable = Tilgangspakken kan ikke gis til et system for klienter.
words-why-other = Du kan ikke gi denne.
words-who = Dette kan gis av: { $roles }.
words-missing = Du kan ikke se eller styre systemtilganger for virksomheten. Det kan de som har en av disse: { $roles }. Har du fått en lenke fra en leverandør, kan du åpne den og sende forespørselen videre.
words-by-vendor = Leverandøren
words-created-request = Godkjent av { $role } etter en forespørsel fra leverandøren.
words-created-owner = Opprettet av { $role }, uten forespørsel fra leverandøren.
words-event-user-created = Systemtilgangen ble opprettet
words-event-user-renamed = Systemtilgangen fikk et nytt navn
words-event-user-revoked = Systemtilgangen ble trukket tilbake
words-event-request-accepted = Forespørselen ble godkjent
words-event-user-changed = Systemtilgangen ble endret
words-event-change-created = Leverandøren ba om en endring
words-event-change-accepted = Endringen ble godkjent
words-event-change-rejected = Endringen ble avvist
words-event-change-escalated = Endringen ble sendt videre
words-event-change-withdrawn = Leverandøren trakk endringen
words-person-unnamed = Innlogget person
words-lead-back = Til oversikten
words-log-in = Logg inn
words-changed-facts = Dette er også endret: { $facts }.
words-system-gone = Systemet er slettet
words-vouched = Tilgangsstyrer bekreftet ved innlogging
words-approvers =
    { $n ->
        [0] Ingen i virksomheten kan godkjenne alt dette slik det er nå.
        [one] Én person i virksomheten kan godkjenne alt dette.
       *[other] { $shown } personer i virksomheten kan godkjenne alt dette.
    }
words-approvers-as = Det er som: { $roles }.
