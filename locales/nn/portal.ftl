# Rundt kvar side, og ord som fleire sider bruker.

portal-product = Systembruker
portal-error-mark = Feil:
portal-skip = Hopp til innhaldet
portal-demo = Dette er ein demo. Alle personar, verksemder og system er oppdikta.
portal-acting-for = Du handlar på vegner av
portal-logged-in-as = Logga inn som
portal-vouched = Via innlogginga
portal-switch = Byt verksemd
portal-log-out = Logg ut
portal-nav = Hovudmeny
portal-nav-overview = Oversikt
portal-nav-requests = Førespurnader
portal-nav-history = Historikk
portal-nav-notices = Varsel
portal-languages = Språk
portal-crumbs = Du er her
portal-to-overview = Til oversikta
portal-search = Søk
portal-search-clear = Nullstill søket
portal-paging = Fleire sider
portal-next = Neste side
portal-accessibility = Tilgjengeerklæring
portal-privacy = Personvern
portal-about = Om Systembruker
portal-api = For utviklarar: API
portal-operation = Oppgi denne koden om du tek kontakt:
portal-faults = Noko må rettast

kind-own = Eiga verksemd
kind-clients = Klientar

fact-vendor = Leverandør
fact-system = System
fact-party = Gjeld for
fact-title = Namn på tilgangen
fact-kind = Blir brukt for
fact-sent = Sendt
fact-valid-to = Gjeld til og med
fact-afterwards = Etterpå
fact-outcome = Svar
fact-decided-by = Avgjort av
fact-decided-at = Avgjort
fact-reference = Referanse
fact-state = Status
fact-created = Oppretta
fact-last-used = Sist brukt
fact-external-ref = Referansen til leverandøren

item-right = Enkeltteneste
item-package = Tilgangspakke
item-services =
    { $n ->
        [one] Vis tenesta i pakken
       *[other] Vis { $shown } tenester i pakken
    }
item-may = Du kan gi denne
item-may-not = Du kan ikkje gi denne
item-unknown = Ukjend
item-new = Ny
item-changed = Endra

column-title = Namn
column-vendor = Leverandør
column-holds = Innhald
column-created = Oppretta
column-sent = Sendt
column-state = Status
