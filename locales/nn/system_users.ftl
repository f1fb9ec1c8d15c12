# Oversikta, ein systemtilgang, og å trekkje han tilbake.

overview-title = Systemtilgangar for { $party }
overview-heading = Systemtilgangar for { $party }
overview-lead = Her ser du kva system som kan bruke tenester på vegner av verksemda, og kva leverandørar ber om.
overview-missing = Du kan ikkje styre systemtilgangane her
overview-search = Søk på namn, leverandør eller referanse
overview-no-hits = Ingen treff på «{ $q }».
overview-waiting = Ventar på deg
overview-waiting-none = Ingen førespurnader ventar på svar.
overview-escalated = Sendt vidare { $when }
overview-undecided = Ikkje svart på
overview-change = Endring
overview-own = For eiga verksemd
overview-own-none = Ingen system har tilgang på vegner av verksemda. Du kan gi eit system tilgang sjølv, eller svare når ein leverandør ber om det.
overview-clients = For klientar
overview-clients-none = Ingen system har tilgang på vegner av klientar.

system-user-title = Systemtilgang: { $title }
system-user-kicker = Systemtilgang
system-user-rights =
    { $n ->
        [one] 1 enkeltteneste
       *[other] { $shown } enkelttenester
    }
system-user-packages =
    { $n ->
        [one] 1 tilgangspakke
       *[other] { $shown } tilgangspakkar
    }
system-user-new = Ny
system-user-live = Aktiv
system-user-paused = Sett på pause
system-user-expired = Gått ut
system-user-revoked = Trekt tilbake
system-user-system-deleted = Leverandøren har sletta systemet
system-user-system-deleted-text = Tilgangen kan ikkje brukast lenger. Du kan trekkje han tilbake for å rydde.
system-user-items = Dette har systemet tilgang til
system-user-items-clients = Dette kan systemet bruke for klientane
system-user-history = Siste hendingar
system-user-history-none = Ingen hendingar er registrerte.
system-user-revoke = Trekk tilbake tilgangen

revoke-title = Trekk tilbake tilgangen for { $title }
revoke-heading = Vil du trekkje tilbake tilgangen for { $title }?
revoke-lead = Systemet { $system } frå { $vendor } mistar tilgangen med ein gong.
revoke-tokens = Systemet kan ikkje lenger hente eller sende noko på vegner av verksemda. Det som er i gang, stoppar.
revoke-clients =
    { $n ->
        [0] Ingen klientar er lagde til.
        [one] 1 klient mistar det systemet gjer for han.
       *[other] { $shown } klientar mistar det systemet gjer for dei.
    }
revoke-again = Du kan ikkje angre. Treng de tilgangen igjen, må det opprettast ein ny.
revoke-history = Det som har skjedd, står framleis i historikken.
revoke-items = Dette mistar systemet
revoke-button = Trekk tilbake tilgangen for { $title }
revoke-back = Behald tilgangen
