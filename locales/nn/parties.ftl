# Kven ein handlar for.

parties-title = Vel verksemd
parties-lead = Du er knytt til fleire verksemder. Kva for ei vil du handle på vegner av? Du kan byte når som helst.
parties-search = Søk på namn eller organisasjonsnummer
parties-no-hits = Ingen treff på «{ $q }».
parties-chosen = Vald no
parties-unknown = Innloggingstenesta stadfestar at du kan styre tilgangar for { $numbers }, men vi finn ikkje verksemda i registeret her. Er ho ny, kjem ho når registeret er oppdatert, vanlegvis neste dag. Du kan ikkje handle på vegner av ei verksemd som er sletta.
parties-none-title = Du er ikkje knytt til noka verksemd
parties-none-text = For å bruke denne sida må du ha ei rolle eller ein tilgang i ei verksemd. Vi fann ingen for deg.
parties-none-help = Dette kan hjelpe
parties-none-role = Er du dagleg leiar, styreleiar eller innehavar? Sjå etter at rolla di står rett i Einingsregisteret.
parties-none-given = Skal du styre tilgangar for verksemda? Be dagleg leiar om å gi deg tilgangspakken for tilgangsstyring.
parties-none-wait = Er rolla ny? Det kan ta litt tid før ho kjem fram her.
