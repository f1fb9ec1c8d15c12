# Varsler på e-post: hvem som får dem, og hva de sier.

notices-title = Varsler på e-post for { $party }
notices-heading = Varsler på e-post for { $party }
notices-lead = Velg hvem som får en e-post når noe venter på virksomheten:
notices-when-waiting = En forespørsel venter på svar, eller noen har sendt den videre.
notices-when-half = Halve tiden til å svare har gått.
notices-when-ends = En systemtilgang går ut om 30 dager.
notices-when-clients = Klienter er fjernet fordi oppdraget deres er avsluttet.
notices-when-ended = En virksomhet som dere handler for, eller som handler for dere, er slettet i registeret.
notices-what = E-posten sier hva det gjelder, og har en lenke hit. Det som er gitt eller bedt om, står aldri i den. Dere får høyst én om dagen.
notices-off = Herfra sendes det ikke e-post
notices-off-text = Portalen er ikke satt opp til å sende e-post ennå. Det som venter, står i oversikten.
notices-addresses = Adresser
notices-none = Ingen får varsler.
notices-asked = Spurt { $day }, ikke bekreftet
notices-confirmed = Får varsler
notices-failed = En e-post kom ikke fram { $day }
notices-remove = Fjern
notices-add = Legg til en adresse
notices-email = E-postadresse
notices-email-text = Den som får e-post på adressen, må først si ja i en e-post vi sender dit.
notices-language = Språk i e-posten
notices-add-button = Legg til adressen
notices-not-an-address = Skriv en hel e-postadresse, for eksempel navn@virksomhet.no.
notices-already-there = Adressen er lagt til allerede.
notices-quiet = Adressen er nettopp spurt, eller har sagt nei. Vent før dere spør igjen.
notices-too-many = Dere kan ha høyst 10 adresser, og spørre høyst 10 om dagen.
notices-flash-asked = Vi har sendt en e-post til { $name } og spurt.
notices-flash-removed = Adressen er fjernet.

mailed-asked-title = Vil du ha varsler fra { $party }?
mailed-asked = Vil du ha varsler om systemtilgangene til { $party }?
mailed-asked-text = Da får { $email } høyst én e-post om dagen når noe venter. Du kan slå det av når som helst.
mailed-confirm = Ja, send meg varsler
mailed-refuse = Nei takk
mailed-on-title = Du får varsler fra { $party }
mailed-on = Du får varsler om systemtilgangene til { $party }
mailed-on-text = De kommer til { $email }.
mailed-stop = Slå av varslene
mailed-off = Adressen får ingen varsler
mailed-off-text = Vi har slettet adressen. Du trenger ikke gjøre noe mer. Vil du likevel ha varsler, kan virksomheten legge den til på nytt.

mail-hello = Hei,
mail-question-subject = Vil du ha varsler fra Systembruker?
mail-question-lead = { $party } vil at denne adressen skal få varsler om systemtilganger: når en forespørsel venter på svar, eller når noe går ut. Si ja eller nei her:
mail-question-no = Kjenner du ikke til dette, trenger du ikke gjøre noe. Da hører du ikke mer fra oss.
mail-subject = Noe venter på dere i Systembruker
mail-lead = Dette gjelder { $party }:
mail-why = Du får dette fordi adressen er lagt til for { $party } og bekreftet. Slå det av her:
mail-waiting =
    { $n ->
        [one] En forespørsel venter på svar.
       *[other] { $shown } forespørsler venter på svar.
    }
mail-sent-on =
    { $n ->
        [one] En forespørsel er sendt videre og venter på svar.
       *[other] { $shown } forespørsler er sendt videre og venter på svar.
    }
mail-half-time =
    { $n ->
        [one] Halve tiden til å svare på en forespørsel har gått.
       *[other] Halve tiden til å svare på { $shown } forespørsler har gått.
    }
mail-ends-soon =
    { $n ->
        [one] En systemtilgang går ut innen 30 dager.
       *[other] { $shown } systemtilganger går ut innen 30 dager.
    }
mail-clients-removed =
    { $n ->
        [one] En klient er fjernet fordi oppdraget er avsluttet.
       *[other] { $shown } klienter er fjernet fordi oppdragene er avsluttet.
    }
mail-organisation-ended =
    { $n ->
        [one] En virksomhet som dere handler for, eller som handler for dere, er slettet i registeret. Det som hvilte på den, er avsluttet.
       *[other] { $shown } virksomheter som dere handler for, eller som handler for dere, er slettet i registeret. Det som hvilte på dem, er avsluttet.
    }
