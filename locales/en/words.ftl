words-flash-chosen = You are now acting for { $name }.
words-flash-unknown = The login service confirms that you manage access for { $name }, but the organisation is not in the register here.
words-flash-revoked = The access for { $name } has been revoked.
words-flash-escalated = The request has been forwarded to those who can approve it.
words-why-package = You lack the access package that opens the service, or cannot pass it on.
words-why-package-itself = You do not have this access package, or cannot pass it on.
words-why-role = You lack the role that the service asks for.
words-why-delegation = The organisation has not given you the service.
words-why-list = The organisation is not on the service's access list.
words-why-closed = The service cannot be given to others.
words-why-not-assignable = The access package cannot be given to a system for your own organisation.
words-why-not-delegable = The access package cannot be given to a system for clients.
words-why-other = You cannot give this.
words-who = It can be given by: { $roles }.
words-missing = You cannot see or manage system accesses for the organisation. Those with one of these roles or accesses can: { $roles }. If a vendor gave you a link, you can open it and forward the request.
words-by-vendor = The vendor
words-created-request = Approved by { $who } after a request from the vendor.
words-created-owner = Created by { $who }, without a request from the vendor.
words-person-unnamed = Logged-in person
words-lead-back = Go to the overview
words-log-in = Log in
words-changed-facts = This has changed too: { $facts }.
words-system-gone = The system is deleted
words-vouched = Access manager confirmed at login
words-proceedings = Bankruptcy or winding-up
words-bankruptcy = Bankrupt
words-forced-liquidation = Under forced liquidation or dissolution
words-winding-up = Being wound up
words-proceeding-since = { $proceeding } since { $day }
words-sub-units =
    { $n ->
        [one] Also applies to the organisation's sub-unit.
       *[other] Also applies to the organisation's { $shown } sub-units.
    }
words-sub-units-more = Also applies to the organisation's sub-units, which are more than { $most }.
words-sub-units-of-clients = Also applies to the clients' sub-units.
words-under = The organisation's status then: { $proceedings }
