# Varsel på e-post: kven som får dei, og kva dei seier.

notices-title = Varsel på e-post for { $party }
notices-heading = Varsel på e-post for { $party }
notices-lead = Vel kven som får ein e-post når noko ventar på verksemda:
notices-when-waiting = Ein førespurnad ventar på svar, eller nokon har sendt han vidare.
notices-when-half = Halve tida til å svare har gått.
notices-when-ends = Ein systemtilgang går ut om 30 dagar.
notices-when-clients = Klientar er fjerna fordi oppdraget deira er avslutta.
notices-when-ended = Ei verksemd som de handlar for, eller som handlar for dykk, er sletta i registeret.
notices-what = E-posten seier kva det gjeld, og har ei lenkje hit. Det som er gitt eller bede om, står aldri i han. De får høgst éin om dagen.
notices-off = Herifrå blir det ikkje sendt e-post
notices-off-text = Portalen er ikkje sett opp til å sende e-post enno. Det som ventar, står i oversikta.
notices-addresses = Adresser
notices-none = Ingen får varsel.
notices-asked = Spurd { $day }, ikkje stadfesta
notices-confirmed = Får varsel
notices-failed = Ein e-post kom ikkje fram { $day }
notices-remove = Fjern
notices-add = Legg til ei adresse
notices-email = E-postadresse
notices-email-text = Den som får e-post på adressa, må først seie ja i ein e-post vi sender dit.
notices-language = Språk i e-posten
notices-add-button = Legg til adressa
notices-not-an-address = Skriv ei heil e-postadresse, til dømes namn@verksemd.no.
notices-already-there = Adressa er alt lagd til.
notices-quiet = Adressa er nett spurd, eller har sagt nei. Vent før de spør igjen.
notices-too-many = De kan ha høgst 10 adresser, og spørje høgst 10 om dagen.
notices-flash-asked = Vi har sendt ein e-post til { $name } og spurt.
notices-flash-removed = Adressa er fjerna.

mailed-asked-title = Vil du ha varsel frå { $party }?
mailed-asked = Vil du ha varsel om systemtilgangane til { $party }?
mailed-asked-text = Då får { $email } høgst éin e-post om dagen når noko ventar. Du kan slå det av når som helst.
mailed-confirm = Ja, send meg varsel
mailed-refuse = Nei takk
mailed-on-title = Du får varsel frå { $party }
mailed-on = Du får varsel om systemtilgangane til { $party }
mailed-on-text = Dei kjem til { $email }.
mailed-stop = Slå av varsla
mailed-off = Adressa får ingen varsel
mailed-off-text = Vi har sletta adressa. Du treng ikkje gjere noko meir. Vil du likevel ha varsel, kan verksemda leggje ho til på nytt.

mail-hello = Hei,
mail-question-subject = Vil du ha varsel frå Systembruker?
mail-question-lead = { $party } vil at denne adressa skal få varsel om systemtilgangar: når ein førespurnad ventar på svar, eller når noko går ut. Sei ja eller nei her:
mail-question-no = Kjenner du ikkje til dette, treng du ikkje gjere noko. Då høyrer du ikkje meir frå oss.
mail-subject = Noko ventar på dykk i Systembruker
mail-lead = Dette gjeld { $party }:
mail-why = Du får dette fordi adressa er lagd til for { $party } og stadfesta. Slå det av her:
mail-waiting =
    { $n ->
        [one] Ein førespurnad ventar på svar.
       *[other] { $shown } førespurnader ventar på svar.
    }
mail-sent-on =
    { $n ->
        [one] Ein førespurnad er send vidare og ventar på svar.
       *[other] { $shown } førespurnader er sende vidare og ventar på svar.
    }
mail-half-time =
    { $n ->
        [one] Halve tida til å svare på ein førespurnad har gått.
       *[other] Halve tida til å svare på { $shown } førespurnader har gått.
    }
mail-ends-soon =
    { $n ->
        [one] Ein systemtilgang går ut innan 30 dagar.
       *[other] { $shown } systemtilgangar går ut innan 30 dagar.
    }
mail-clients-removed =
    { $n ->
        [one] Ein klient er fjerna fordi oppdraget er avslutta.
       *[other] { $shown } klientar er fjerna fordi oppdraga er avslutta.
    }
mail-organisation-ended =
    { $n ->
        [one] Ei verksemd som de handlar for, eller som handlar for dykk, er sletta i registeret. Det som kvilte på ho, er avslutta.
       *[other] { $shown } verksemder som de handlar for, eller som handlar for dykk, er sletta i registeret. Det som kvilte på dei, er avslutta.
    }
