# Around every page, and words that several pages use.

portal-product = Systembruker
portal-error-mark = Error:
portal-skip = Skip to content
portal-demo = This is a demo. All people, organisations and systems are made up.
portal-acting-for = You are acting for
portal-logged-in-as = Logged in as
portal-vouched = By your login
portal-switch = Switch organisation
portal-log-out = Log out
portal-nav = Main menu
portal-nav-overview = Overview
portal-nav-requests = Requests
portal-nav-history = History
portal-nav-notices = Notices
portal-languages = Language
portal-crumbs = You are here
portal-to-overview = Go to the overview
portal-search = Search
portal-search-clear = Clear the search
portal-paging = More pages
portal-next = Next page
portal-accessibility = Accessibility statement
portal-privacy = Privacy
portal-about = About Systembruker
portal-api = For developers: API
portal-operation = Give this code if you contact us:
portal-faults = Something must be corrected

kind-own = Your own organisation
kind-clients = Clients

fact-vendor = Vendor
fact-system = System
fact-party = On behalf of
fact-title = Name of the access
fact-kind = Used for
fact-sent = Sent
fact-valid-to = Valid through
fact-afterwards = Afterwards
fact-outcome = Answer
fact-decided-by = Decided by
fact-decided-at = Decided
fact-reference = Reference
fact-state = Status
fact-created = Created
fact-last-used = Last used
fact-external-ref = The vendor’s reference

item-right = Single service
item-package = Access package
item-services =
    { $n ->
        [one] Show the service in the package
       *[other] Show { $shown } services in the package
    }
item-may = You can give this
item-may-not = You cannot give this
item-unknown = Unknown
item-new = New
item-changed = Changed

column-title = Name
column-vendor = Vendor
column-holds = Contents
column-created = Created
column-sent = Sent
column-state = Status
