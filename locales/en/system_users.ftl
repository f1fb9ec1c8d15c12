# The overview, a system access, and revoking it.

overview-title = System accesses for { $party }
overview-heading = System accesses for { $party }
overview-lead = See which systems can use services on behalf of the organisation, and what vendors ask for.
overview-missing = You cannot manage the system accesses here
overview-search = Search by name, vendor or reference
overview-no-hits = Nothing matches “{ $q }”.
overview-waiting = Waiting for you
overview-waiting-none = No requests are waiting for an answer.
overview-escalated = Forwarded { $when }
overview-undecided = Not answered
overview-change = Change
overview-own = For your own organisation
overview-own-none = No systems have access on behalf of the organisation. You can give a system access yourself, or answer when a vendor asks for it.
overview-clients = For clients
overview-clients-none = No systems have access on behalf of clients.

system-user-title = System access: { $title }
system-user-kicker = System access
system-user-rights =
    { $n ->
        [one] 1 single service
       *[other] { $shown } single services
    }
system-user-packages =
    { $n ->
        [one] 1 access package
       *[other] { $shown } access packages
    }
system-user-new = New
system-user-live = Active
system-user-paused = Paused
system-user-expired = Expired
system-user-revoked = Revoked
system-user-system-deleted = The vendor has deleted the system
system-user-system-deleted-text = The access can no longer be used. You can revoke it to tidy up.
system-user-items = What the system has access to
system-user-items-clients = What the system can use for the clients
system-user-history = Latest events
system-user-history-none = No events have been recorded.
system-user-revoke = Revoke the access

revoke-title = Revoke the access for { $title }
revoke-heading = Revoke the access for { $title }?
revoke-lead = The system { $system } from { $vendor } loses its access at once.
revoke-tokens = The system can no longer fetch or send anything on behalf of the organisation. Work in progress stops.
revoke-clients =
    { $n ->
        [0] No clients have been added.
        [one] 1 client loses what the system does for it.
       *[other] { $shown } clients lose what the system does for them.
    }
revoke-again = You cannot undo this. If you need the access again, a new one must be created.
revoke-history = What has happened stays in the history.
revoke-items = What the system loses
revoke-button = Revoke the access for { $title }
revoke-back = Keep the access
