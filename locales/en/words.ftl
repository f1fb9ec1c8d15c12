words-flash-chosen = You are now acting for { $name }.
words-flash-unknown = The login service confirms that you manage access for { $name }, but the organisation is not in the register here.
words-flash-revoked = The access for { $name } has been revoked.
words-flash-escalated = The request has been sent on to those who can approve it.
words-why-package = You lack the access package that opens the service, or cannot give it on.
words-why-role = You lack the role that the service asks for.
words-why-delegation = The organisation has not given you the service.
words-why-list = The organisation is not on the service's access list.
words-why-closed = The service cannot be given to others.
words-why-not-assignable = The access package cannot be given to a system for your own organisation.
words-why-not-delegable = The access package cannot be given to a system for clients.
words-why-other = You cannot give this.
words-who = It can be given by: { $roles }.
words-missing = You cannot see or manage system accesses for the organisation. Those with one of these can: { $roles }. If a vendor gave you a link, you can open it and send the request on.
words-by-vendor = The vendor
words-created-request = Approved by { $role } after a request from the vendor.
words-created-owner = Created by { $role }, without a request from the vendor.
words-event-user-created = The system access was created
words-event-user-renamed = The system access was given another name
words-event-user-revoked = The system access was revoked
words-event-request-accepted = The request was approved
words-event-user-changed = The system access was changed
words-event-change-created = The vendor asked for a change
words-event-change-accepted = The change was approved
words-event-change-rejected = The change was rejected
words-event-change-escalated = The change was sent on
words-event-change-withdrawn = The vendor withdrew the change
words-person-unnamed = Logged-in person
words-lead-back = To the overview
words-log-in = Log in
words-changed-facts = This has changed too: { $facts }.
words-system-gone = The system is deleted
words-vouched = Access manager confirmed at login
words-approvers =
    { $n ->
        [0] Nobody in the organisation can approve all of this as things are now.
        [one] One person in the organisation can approve all of this.
       *[other] { $shown } people in the organisation can approve all of this.
    }
words-approvers-as = That is as: { $roles }.
