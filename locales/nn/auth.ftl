# Inn- og utlogging.

login-retry = Prøv å logge inn igjen
login-cancelled-title = Innlogginga vart avbroten
login-cancelled-what = Du er ikkje logga inn. Prøv igjen om du vil halde fram; du kjem då dit du var på veg.
login-expired-title = Innlogginga kan ikkje brukast lenger
login-expired-what = Innlogginga var for gammal, allereie brukt eller starta i ein annan nettlesar. Byrja på nytt i denne.
login-refused-title = Innlogginga kunne ikkje stadfestast
login-refused-what = Svaret frå innloggingstenesta stemde ikkje, så vi sleppte det ikkje gjennom. Prøv igjen. Skjer det fleire gonger, ta kontakt med koden nedst på sida.
login-no-number-title = Innlogginga mangla fødselsnummer
login-no-number-what = Vi treng det for å finne ut kva verksemder du er knytt til. Logg inn på ein måte som gir fødselsnummer eller d-nummer.
login-too-weak-title = Innlogginga var ikkje sikker nok
login-too-weak-what = For å gi eller trekkje tilbake tilgangar må du logge inn på eit høgare tryggingsnivå, til dømes med BankID.
login-dead-title = Personen er registrert som avliden
login-dead-what = Ingen kan logge inn som ein person som er registrert som avliden. Er det feil, må det rettast i Folkeregisteret først.
login-only-synthetic-title = Berre testpersonar kan logge inn her
login-only-synthetic-what = Dette er eit testmiljø. Logg inn med ein testperson, som har eit syntetisk fødselsnummer.
login-only-real-title = Testpersonar kan ikkje logge inn her
login-only-real-what = Fødselsnummeret er syntetisk. Logg inn som deg sjølv, eller bruk testmiljøet.

logged-out-title = Du er logga ut
logged-out-text = Økta di er avslutta. Bruker du ei delt maskin, lukk òg nettlesaren.
logged-out-login = Logg inn

signed-out-title = Du må logge inn på nytt
signed-out-text = Økta di har gått ut. Ingenting er endra. Logg inn, så kjem du tilbake hit.
signed-out-weak = Det du vil gjere, krev ei sikrare innlogging, til dømes med BankID. Ingenting er endra. Logg inn, så kjem du tilbake hit.
signed-out-lost = Det du sende, kan ikkje bli med gjennom innlogginga. Legg det inn på nytt når du har logga inn.
signed-out-login = Logg inn og hald fram
