# Det portalen seier om seg sjølv.

accessibility-heading = Tilgjenge­erklæring
accessibility-lead = Alle skal kunne bruke denne portalen. Vi byggjer han etter WCAG 2.2 på nivå A og AA.
accessibility-how = Slik er portalen laga
accessibility-keyboard = Alt kan gjerast med berre tastatur, og det er synleg kvar du er.
accessibility-script = Sidene verkar utan skript og blir lesne i rett rekkjefølgje av skjermlesarar.
accessibility-zoom = Innhaldet tilpassar seg små skjermar og fire gonger forstørring.
accessibility-colour = Status blir vist med ord og aldri berre med farge. Lys og mørk utsjånad følgjer innstillinga di.
accessibility-language = Alt finst på bokmål, nynorsk og engelsk. Namn og skildringar frå leverandørar blir viste på språket ditt når leverandøren har gitt dei på det, og elles på eit språk dei er gitt på.
accessibility-known = Kjende manglar
accessibility-known-text = Vi kjenner ikkje til brot på krava. Sidene blir prøvde automatisk på alle språk, på liten og stor skjerm, kvar gong portalen blir endra.
accessibility-tell = Sei frå til oss
accessibility-tell-text = Møter du eit hinder, vil vi gjerne vite det. Ta kontakt med verksemda som driv portalen, og fortel kva du prøvde på og kva side det var.

privacy-lead = Vi lagrar så lite som mogleg om deg, og berre det som trengst for å vise kven som gav kva system tilgang.
privacy-kept = Kva vi lagrar, og kor lenge
privacy-names = Namn
privacy-names-text = Namnet ditt står berre i registeret over personar og verksemder, og blir henta derifrå når det skal visast.
privacy-numbers = Fødselsnummer
privacy-numbers-text = Blir aldri lagra lesbart. Vi lagrar ein kode som er rekna ut med ein hemmeleg nøkkel, for å kjenne deg igjen når du loggar inn.
privacy-logins = Innloggingar
privacy-logins-text =
    { $n ->
        [one] Blir sletta etter { $shown } dag.
       *[other] Blir sletta etter { $shown } dagar.
    }
privacy-requests = Førespurnader med svar
privacy-requests-text =
    { $n ->
        [one] Blir sletta { $shown } år etter at dei er avgjorde.
       *[other] Blir sletta { $shown } år etter at dei er avgjorde.
    }
privacy-jobs = Endringar av mange klientar på éin gong
privacy-jobs-text =
    { $n ->
        [one] Lista over klientar og kva som kom ut av ho, blir sletta etter { $shown } dag, og ei liste som berre er sett gjennom, etter éin dag. Linjer som ikkje kan lesast, blir berre lagra som linjenummer.
       *[other] Lista over klientar og kva som kom ut av ho, blir sletta etter { $shown } dagar, og ei liste som berre er sett gjennom, etter éin dag. Linjer som ikkje kan lesast, blir berre lagra som linjenummer.
    }
privacy-history = Historikk
privacy-history-text = Kven som gav og trekte tilbake tilgangar, blir ståande, slik at verksemda kan etterprøve det. Historikken viser til registeret og inneheld ikkje namnet ditt.
privacy-addresses = E-postadresser for varsel
privacy-addresses-text = Berre dei som verksemda har lagt til. Svarar ikkje den som får e-posten, innan 7 dagar, blir adressa sletta. Blir varsla slått av, eller adressa fjerna, blir ho sletta med ein gong. I 30 dagar står berre ein kode som adressa ikkje kan lesast ut av, så vi ikkje spør ho på nytt. Ein e-post på veg blir sletta når han er send, og seinast etter 3 dagar.
privacy-cookies = Informasjonskapslar
privacy-cookies-text = Vi bruker berre dei som trengst for at portalen skal verke. Ingen blir brukte til statistikk eller reklame.
privacy-cookie-session = Økt
privacy-cookie-session-text = Held deg innlogga. Blir borte når du loggar ut, etter 30 minutt utan aktivitet eller etter to timar. Det innlogginga stadfestar om verksemder du styrer tilgangar for, blir borte samtidig.
privacy-cookie-language = Språk
privacy-cookie-language-text = Hugsar kva språk du har valt.
privacy-cookie-login = Innlogging
privacy-cookie-login-text = Bind innlogginga til nettlesaren din. Varer i høgst 10 minutt.
privacy-rights = Rettane dine
privacy-rights-text = Du kan be om innsyn i det som er lagra om deg, og få feil retta. Ta kontakt med verksemda som driv portalen.

about-lead = Her bestemmer verksemda kva datasystem som får bruke offentlege tenester på vegner av verksemda.
about-what = Kva er ein systemtilgang?
about-what-text = Ein systemtilgang lèt eit system, til dømes eit rekneskapsprogram, hente og sende opplysningar for verksemda utan at eit menneske loggar inn. Han gjeld berre dei tenestene som er godkjende.
about-who = Kven kan godkjenne?
about-who-text = Leverandøren av systemet ber om tilgang. Dagleg leiar, eller andre som styrer tilgangar for verksemda, godkjenner eller avviser, og kan berre gi det dei sjølve har.
about-control = Verksemda har kontrollen
about-control-text = Tilgangen kan trekkjast tilbake når som helst, og det verkar med ein gong. Alt som skjer, blir registrert.
