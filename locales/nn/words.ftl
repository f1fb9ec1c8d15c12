words-flash-chosen = Du handlar no på vegner av { $name }.
words-flash-unknown = Innloggingstenesta stadfestar at du kan styre tilgangar for { $name }, men verksemda finst ikkje i registeret her.
words-flash-revoked = Tilgangen for { $name } er trekt tilbake.
words-flash-escalated = Førespurnaden er send vidare til dei som kan godkjenne han.
words-why-package = Du manglar tilgangspakken som opnar tenesta, eller kan ikkje gi han vidare.
words-why-role = Du manglar rolla som tenesta krev.
words-why-delegation = Du har ikkje fått tenesta frå verksemda.
words-why-list = Verksemda står ikkje på tilgangslista til tenesta.
words-why-closed = Tenesta kan ikkje givast til andre.
words-why-not-assignable = Tilgangspakken kan ikkje givast til eit system for eiga verksemd.
words-why-not-delegable = Tilgangspakken kan ikkje givast til eit system for klientar.
words-why-other = Du kan ikkje gi denne.
words-who = Dette kan givast av: { $roles }.
words-missing = Du kan ikkje sjå eller styre systemtilgangar for verksemda. Det kan dei som har ein av desse: { $roles }. Har du fått ei lenkje frå ein leverandør, kan du opne henne og sende førespurnaden vidare.
words-by-vendor = Leverandøren
words-created-request = Godkjend av { $role } etter ein førespurnad frå leverandøren.
words-created-owner = Oppretta av { $role }, utan førespurnad frå leverandøren.
words-event-user-created = Systemtilgangen vart oppretta
words-event-user-renamed = Systemtilgangen fekk eit nytt namn
words-event-user-revoked = Systemtilgangen vart trekt tilbake
words-event-request-accepted = Førespurnaden vart godkjend
words-event-user-changed = Systemtilgangen vart endra
words-event-change-created = Leverandøren bad om ei endring
words-event-change-accepted = Endringa vart godkjend
words-event-change-rejected = Endringa vart avvist
words-event-change-escalated = Endringa vart send vidare
words-event-change-withdrawn = Leverandøren trekte endringa
words-person-unnamed = Innlogga person
words-lead-back = Til oversikta
words-log-in = Logg inn
words-changed-facts = Dette er òg endra: { $facts }.
words-system-gone = Systemet er sletta
words-vouched = Tilgangsstyrar stadfesta ved innlogging
words-approvers =
    { $n ->
        [0] Ingen i verksemda kan godkjenne alt dette slik det er no.
        [one] Éin person i verksemda kan godkjenne alt dette.
       *[other] { $shown } personar i verksemda kan godkjenne alt dette.
    }
words-approvers-as = Det er som: { $roles }.
