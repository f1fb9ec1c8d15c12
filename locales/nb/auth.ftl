# Inn- og utlogging.

login-retry = Prøv å logge inn igjen
login-cancelled-title = Innloggingen ble avbrutt
login-cancelled-what = Du er ikke logget inn. Prøv igjen hvis du vil fortsette; du kommer da dit du var på vei.
login-expired-title = Innloggingen kan ikke brukes lenger
login-expired-what = Innloggingen var for gammel, allerede brukt eller startet i en annen nettleser. Begynn på nytt i denne.
login-refused-title = Innloggingen kunne ikke bekreftes
login-refused-what = Svaret fra innloggingstjenesten stemte ikke, så vi slapp det ikke gjennom. Prøv igjen. Skjer det flere ganger, ta kontakt med koden nederst på siden.
login-no-number-title = Innloggingen manglet fødselsnummer
login-no-number-what = Vi trenger det for å finne ut hvilke virksomheter du er knyttet til. Logg inn med en måte som gir fødselsnummer eller d-nummer.
login-too-weak-title = Innloggingen var ikke sikker nok
login-too-weak-what = For å gi eller trekke tilbake tilganger må du logge inn på et høyere sikkerhetsnivå, for eksempel med BankID.
login-dead-title = Personen er registrert som død
login-dead-what = Ingen kan logge inn som en person som er registrert som død. Er det feil, må det rettes i Folkeregisteret først.
login-only-synthetic-title = Bare testpersoner kan logge inn her
login-only-synthetic-what = Dette er et testmiljø. Logg inn med en testperson, som har et syntetisk fødselsnummer.
login-only-real-title = Testpersoner kan ikke logge inn her
login-only-real-what = Fødselsnummeret er syntetisk. Logg inn som deg selv, eller bruk testmiljøet.

logged-out-title = Du er logget ut
logged-out-text = Økten din er avsluttet. Bruker du en delt maskin, lukk også nettleseren.
logged-out-login = Logg inn

signed-out-title = Du må logge inn på nytt
signed-out-text = Økten din er utløpt. Ingenting er endret. Logg inn, så kommer du tilbake hit.
signed-out-weak = Det du vil gjøre, krever en sikrere innlogging, for eksempel med BankID. Ingenting er endret. Logg inn, så kommer du tilbake hit.
signed-out-lost = Det du sendte, kan ikke bli med gjennom innloggingen. Legg det inn på nytt når du har logget inn.
signed-out-login = Logg inn og fortsett
