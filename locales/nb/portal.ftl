# Rundt hver side, og ord som flere sider bruker.

portal-product = Systembruker
portal-error-mark = Feil:
portal-skip = Hopp til innholdet
portal-demo = Dette er en demo. Alle personer, virksomheter og systemer er oppdiktet.
portal-acting-for = Du handler på vegne av
portal-logged-in-as = Logget inn som
portal-vouched = Via innloggingen
portal-switch = Bytt virksomhet
portal-log-out = Logg ut
portal-nav = Hovedmeny
portal-nav-overview = Oversikt
portal-nav-requests = Forespørsler
portal-nav-history = Historikk
portal-nav-notices = Varsler
portal-languages = Språk
portal-crumbs = Du er her
portal-to-overview = Til oversikten
portal-search = Søk
portal-search-clear = Nullstill søket
portal-paging = Flere sider
portal-next = Neste side
portal-accessibility = Tilgjengelighetserklæring
portal-privacy = Personvern
portal-about = Om Systembruker
portal-api = For utviklere: API
portal-operation = Oppgi denne koden hvis du tar kontakt:
portal-faults = Noe må rettes

kind-own = Egen virksomhet
kind-clients = Klienter

fact-vendor = Leverandør
fact-system = System
fact-party = Gjelder for
fact-title = Navn på tilgangen
fact-kind = Brukes for
fact-sent = Sendt
fact-valid-to = Gjelder til og med
fact-afterwards = Etterpå
fact-outcome = Svar
fact-decided-by = Avgjort av
fact-decided-at = Avgjort
fact-reference = Referanse
fact-state = Status
fact-created = Opprettet
fact-last-used = Sist brukt
fact-external-ref = Leverandørens referanse

item-right = Enkelttjeneste
item-package = Tilgangspakke
item-services =
    { $n ->
        [one] Vis tjenesten i pakken
       *[other] Vis { $shown } tjenester i pakken
    }
item-may = Du kan gi denne
item-may-not = Du kan ikke gi denne
item-unknown = Ukjent
item-new = Ny
item-changed = Endret

column-title = Navn
column-vendor = Leverandør
column-holds = Innhold
column-created = Opprettet
column-sent = Sendt
column-state = Status
