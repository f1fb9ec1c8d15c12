# Oversikten, en systemtilgang, og å trekke den tilbake.

overview-title = Systemtilganger for { $party }
overview-heading = Systemtilganger for { $party }
overview-lead = Her ser du hvilke systemer som kan bruke tjenester på vegne av virksomheten, og hva leverandører ber om.
overview-missing = Du kan ikke styre systemtilgangene her
overview-search = Søk på navn, leverandør eller referanse
overview-no-hits = Ingen treff på «{ $q }».
overview-waiting = Venter på deg
overview-waiting-none = Ingen forespørsler venter på svar.
overview-escalated = Sendt videre { $when }
overview-undecided = Ikke besvart
overview-change = Endring
overview-own = For egen virksomhet
overview-own-none = Ingen systemer har tilgang på vegne av virksomheten. Du kan gi et system tilgang selv, eller svare når en leverandør ber om det.
overview-clients = For klienter
overview-clients-none = Ingen systemer har tilgang på vegne av klienter.

system-user-title = Systemtilgang: { $title }
system-user-kicker = Systemtilgang
system-user-rights =
    { $n ->
        [one] 1 enkelttjeneste
       *[other] { $shown } enkelttjenester
    }
system-user-packages =
    { $n ->
        [one] 1 tilgangspakke
       *[other] { $shown } tilgangspakker
    }
system-user-new = Ny
system-user-live = Aktiv
system-user-paused = Satt på pause
system-user-expired = Utløpt
system-user-revoked = Trukket tilbake
system-user-system-deleted = Leverandøren har slettet systemet
system-user-system-deleted-text = Tilgangen kan ikke brukes lenger. Du kan trekke den tilbake for å rydde.
system-user-items = Dette har systemet tilgang til
system-user-items-clients = Dette kan systemet bruke for klientene
system-user-history = Siste hendelser
system-user-history-none = Ingen hendelser er registrert.
system-user-revoke = Trekk tilbake tilgangen

revoke-title = Trekk tilbake tilgangen for { $title }
revoke-heading = Vil du trekke tilbake tilgangen for { $title }?
revoke-lead = Systemet { $system } fra { $vendor } mister tilgangen med en gang.
revoke-tokens = Systemet kan ikke lenger hente eller sende noe på vegne av virksomheten. Det som er i gang, stopper.
revoke-clients =
    { $n ->
        [0] Ingen klienter er lagt til.
        [one] 1 klient mister det systemet gjør for den.
       *[other] { $shown } klienter mister det systemet gjør for dem.
    }
revoke-again = Du kan ikke angre. Trenger dere tilgangen igjen, må det opprettes en ny.
revoke-history = Det som har skjedd, står fortsatt i historikken.
revoke-items = Dette mister systemet
revoke-button = Trekk tilbake tilgangen for { $title }
revoke-back = Behold tilgangen
