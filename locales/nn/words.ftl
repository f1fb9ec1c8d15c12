words-flash-chosen = Du handlar no på vegner av { $name }.
words-flash-unknown = Innloggingstenesta stadfestar at du kan styre tilgangar for { $name }, men verksemda finst ikkje i registeret her.
words-flash-revoked = Tilgangen for { $name } er trekt tilbake.
words-flash-escalated = Førespurnaden er send vidare til dei som kan godkjenne han.
words-why-package = Du manglar tilgangspakken som opnar tenesta, eller kan ikkje gi han vidare.
words-why-package-itself = Du har ikkje denne tilgangspakken, eller kan ikkje gi han vidare.
words-why-role = Du manglar rolla som tenesta krev.
words-why-delegation = Du har ikkje fått tenesta frå verksemda.
words-why-list = Verksemda står ikkje på tilgangslista til tenesta.
words-why-closed = Tenesta kan ikkje givast til andre.
words-why-not-assignable = Tilgangspakken kan ikkje givast til eit system for eiga verksemd.
words-why-not-delegable = Tilgangspakken kan ikkje givast til eit system for klientar.
words-why-other = Du kan ikkje gi denne.
words-who = Dette kan givast av: { $roles }.
words-missing = Du kan ikkje sjå eller styre systemtilgangar for verksemda. Det kan dei som har ei av desse rollene eller tilgangane: { $roles }. Har du fått ei lenkje frå ein leverandør, kan du opne ho og sende førespurnaden vidare.
words-by-vendor = Leverandøren
words-created-request = Godkjend av { $who } etter ein førespurnad frå leverandøren.
words-created-owner = Oppretta av { $who }, utan førespurnad frå leverandøren.
words-person-unnamed = Innlogga person
words-lead-back = Til oversikta
words-log-in = Logg inn
words-changed-facts = Dette er òg endra: { $facts }.
words-system-gone = Systemet er sletta
words-vouched = Tilgangsstyrar stadfesta ved innlogging
words-proceedings = Konkurs eller avvikling
words-bankruptcy = Konkurs
words-forced-liquidation = Under tvangsavvikling eller tvangsoppløysing
words-winding-up = Under avvikling
words-proceeding-since = { $proceeding } sidan { $day }
words-sub-units =
    { $n ->
        [one] Gjeld òg undereininga til verksemda.
       *[other] Gjeld òg dei { $shown } undereiningane til verksemda.
    }
words-sub-units-more = Gjeld òg undereiningane til verksemda, som er fleire enn { $most }.
words-sub-units-of-clients = Gjeld òg undereiningane til klientane.
words-under = Statusen til verksemda då: { $proceedings }
