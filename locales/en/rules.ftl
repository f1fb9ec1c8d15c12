# Rules for new clients, and what they find.

clients-rules = Rules for new clients …
rules-title = New clients for { $title }
rules-heading = New clients for { $title }
rules-lead = With a rule, new clients come here as soon as the register tells of them. Nobody is added until somebody says yes.
rules-rules = Rules
rules-legend = Show new clients that have the organisation as
rules-since = Turned on { $when }
rules-note = A rule finds clients that come after it was turned on. When it is turned off, what it has found disappears from the list below.
rules-save = Save the rules
rules-flash-set = The rules have been saved.
rules-waiting = Waiting for review
rules-off = No rules are on, so no new clients come here.
rules-none = No new clients are waiting.
rules-found = Found { $when }
rules-can = Can be added
rules-add-these =
    { $n ->
        [one] Add this one
       *[other] Add these { $shown }
    }
rules-leave = Leave out selected
rules-check =
    { $n ->
        [one] Check 1 client …
       *[other] Check all { $shown } …
    }
rules-told-left =
    { $n ->
        [one] 1 left out
       *[other] { $shown } left out
    }
rules-told-waiting =
    { $n ->
        [one] 1 new client is waiting for review
       *[other] { $shown } new clients are waiting for review
    }
event-client-rule-set = A rule for new clients was turned on
event-client-rule-removed = A rule for new clients was turned off
