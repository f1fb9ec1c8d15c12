# Det portalen sier om seg selv.

accessibility-heading = Tilgjengelighets­erklæring
accessibility-lead = Alle skal kunne bruke denne portalen. Vi bygger den etter WCAG 2.2 på nivå A og AA.
accessibility-how = Slik er portalen laget
accessibility-keyboard = Alt kan gjøres med bare tastatur, og det er synlig hvor du er.
accessibility-script = Sidene virker uten skript og leses i riktig rekkefølge av skjermlesere.
accessibility-zoom = Innholdet tilpasser seg små skjermer og fire ganger forstørring.
accessibility-colour = Status vises med ord og aldri bare med farge. Lyst og mørkt utseende følger innstillingen din.
accessibility-language = Alt finnes på bokmål, nynorsk og engelsk. Navn og beskrivelser fra leverandører vises på språket ditt når leverandøren har gitt dem på det, og ellers på et språk de er gitt på.
accessibility-known = Kjente mangler
accessibility-known-text = Vi kjenner ikke til brudd på kravene. Sidene prøves automatisk på alle språk, på liten og stor skjerm, hver gang portalen endres.
accessibility-tell = Si fra til oss
accessibility-tell-text = Møter du et hinder, vil vi gjerne vite det. Ta kontakt med virksomheten som driver portalen, og fortell hva du prøvde på og hvilken side det var.

privacy-lead = Vi lagrer så lite som mulig om deg, og bare det som trengs for å vise hvem som ga hvilke systemer tilgang.
privacy-kept = Hva vi lagrer, og hvor lenge
privacy-names = Navn
privacy-names-text = Navnet ditt står bare i registeret over personer og virksomheter, og hentes derfra når det skal vises.
privacy-numbers = Fødselsnummer
privacy-numbers-text = Lagres aldri lesbart. Vi lagrer en kode som er regnet ut med en hemmelig nøkkel, for å kjenne deg igjen når du logger inn.
privacy-logins = Innlogginger
privacy-logins-text =
    { $n ->
        [one] Slettes etter { $shown } dag.
       *[other] Slettes etter { $shown } dager.
    }
privacy-requests = Besvarte forespørsler
privacy-requests-text =
    { $n ->
        [one] Slettes { $shown } år etter at de er avgjort.
       *[other] Slettes { $shown } år etter at de er avgjort.
    }
privacy-jobs = Endringer av mange klienter på én gang
privacy-jobs-text =
    { $n ->
        [one] Listen over klienter og hva som kom ut av den, slettes etter { $shown } dag, og en liste som bare er sett gjennom, etter én dag. Linjer som ikke kan leses, lagres bare som linjenumre.
       *[other] Listen over klienter og hva som kom ut av den, slettes etter { $shown } dager, og en liste som bare er sett gjennom, etter én dag. Linjer som ikke kan leses, lagres bare som linjenumre.
    }
privacy-history = Historikk
privacy-history-text = Hvem som ga og trakk tilbake tilganger, blir stående, slik at virksomheten kan etterprøve det. Historikken viser til registeret og inneholder ikke navnet ditt.
privacy-addresses = E-postadresser for varsler
privacy-addresses-text = Bare de som virksomheten har lagt til. Svarer ikke den som får e-posten, innen 7 dager, slettes adressen. Slås varslene av, eller fjernes adressen, slettes den med en gang. I 30 dager står bare en kode som adressen ikke kan leses ut av, så vi ikke spør den på nytt. En e-post på vei slettes når den er sendt, og senest etter 3 dager.
privacy-cookies = Informasjonskapsler
privacy-cookies-text = Vi bruker bare de som trengs for at portalen skal virke. Ingen brukes til statistikk eller reklame.
privacy-cookie-session = Økt
privacy-cookie-session-text = Holder deg innlogget. Blir borte når du logger ut, etter 30 minutter uten aktivitet eller etter to timer. Det innloggingen bekrefter om virksomheter du styrer tilganger for, blir borte samtidig.
privacy-cookie-language = Språk
privacy-cookie-language-text = Husker hvilket språk du har valgt.
privacy-cookie-login = Innlogging
privacy-cookie-login-text = Binder innloggingen til nettleseren din. Varer i høyst 10 minutter.
privacy-rights = Rettighetene dine
privacy-rights-text = Du kan be om innsyn i det som er lagret om deg, og få feil rettet. Ta kontakt med virksomheten som driver portalen.

about-lead = Her bestemmer virksomheten hvilke datasystemer som får bruke offentlige tjenester på vegne av den.
about-what = Hva er en systemtilgang?
about-what-text = En systemtilgang lar et system, for eksempel et regnskapsprogram, hente og sende opplysninger for virksomheten uten at et menneske logger inn. Den gjelder bare de tjenestene som er godkjent.
about-who = Hvem kan godkjenne?
about-who-text = Leverandøren av systemet ber om tilgang. Daglig leder, eller andre som styrer tilganger for virksomheten, godkjenner eller avviser, og kan bare gi det de selv har.
about-control = Virksomheten har kontrollen
about-control-text = Tilgangen kan trekkes tilbake når som helst, og det virker med en gang. Alt som skjer, blir registrert.
