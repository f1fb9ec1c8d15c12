# Hvem man handler for.

parties-title = Velg virksomhet
parties-lead = Du er knyttet til flere virksomheter. Hvilken vil du handle på vegne av? Du kan bytte når som helst.
parties-search = Søk på navn eller organisasjonsnummer
parties-no-hits = Ingen treff på «{ $q }».
parties-chosen = Valgt nå
parties-unknown = Innloggingstjenesten bekrefter at du kan styre tilganger for { $numbers }, men vi finner ikke virksomheten i registeret her. Er den ny, kommer den når registeret er oppdatert, vanligvis neste dag. Du kan ikke handle på vegne av en virksomhet som er slettet.
parties-none-title = Du er ikke knyttet til noen virksomhet
parties-none-text = For å bruke denne siden må du ha en rolle eller en tilgang i en virksomhet. Vi fant ingen for deg.
parties-none-help = Dette kan hjelpe
parties-none-role = Er du daglig leder, styreleder eller innehaver? Se etter at rollen din står riktig i Enhetsregisteret.
parties-none-given = Skal du styre tilganger for virksomheten? Be daglig leder om å gi deg tilgangspakken for tilgangsstyring.
parties-none-wait = Er rollen ny? Det kan ta litt tid før den kommer fram her.
