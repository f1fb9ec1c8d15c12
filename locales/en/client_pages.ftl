# The clients of a system user, one and many.

portal-nav-clients = Clients

clients-title = Clients for { $title }
clients-heading = Clients for { $title }
clients-summary = { $added } of { $total } clients have been added.
clients-uses = The system can use { $packages } for them.
clients-search = Search by name or organisation number
clients-show = Show
clients-all = All
clients-state-added = Added
clients-state-available = Not added
clients-state-blocked = Cannot be added
clients-state-none = On no system access
clients-no-hits = No clients match the search.
clients-none = Nobody has let the organisation act for them. Clients appear here once they are registered with you as accountant, auditor or business manager.
clients-count =
    { $n ->
        [one] 1 client
       *[other] { $shown } clients
    }
clients-more =
    { $n ->
        [one] More than 1 match
       *[other] More than { $shown } matches
    }
clients-column-client = Client
clients-column-clients = Clients
clients-column-relation = Relation
clients-pick = Select { $name }
clients-elsewhere = Also on { $titles }
clients-missing = Missing { $packages }
clients-own = Your own organisation
clients-add = Add
clients-remove = Remove
clients-add-one = Add { $name }
clients-remove-one = Remove { $name }
clients-add-selected = Add selected
clients-remove-selected = Remove selected
clients-first = To the beginning
clients-many = Many at once
clients-add-all = Add all …
clients-remove-all = Remove all …
clients-add-matching = Add all that match …
clients-remove-matching = Remove all that match …
clients-from-list = From a list, a file or another system access …
clients-csv = Download the list (CSV)
clients-csv-number = Organisation number
clients-csv-form = Form of organisation
clients-csv-missing = Lacks
clients-flash-added = { $name } has been added.
clients-flash-removed = { $name } has been removed.
clients-flash-already = There was nothing to change for { $name }.
clients-flash-not = Cannot be added now. { $name }.
clients-flash-none = No clients were selected. Tick those you want to add or remove.
clients-flash-many = Done: { $name }.
clients-told-added =
    { $n ->
        [one] 1 added
       *[other] { $shown } added
    }
clients-told-removed =
    { $n ->
        [one] 1 removed
       *[other] { $shown } removed
    }
clients-told-already =
    { $n ->
        [one] 1 unchanged
       *[other] { $shown } unchanged
    }
clients-told-not =
    { $n ->
        [one] 1 cannot be added
       *[other] { $shown } cannot be added
    }
clients-not-title = You cannot manage the clients for { $title }
clients-not-heading = You cannot manage clients
clients-not-lead = To see the clients for { $title } you need a key role in the organisation, or to be client administrator.
clients-not-who = These can do it, or give you access
clients-not-people =
    { $n ->
        [one] 1 person in the organisation can.
       *[other] { $shown } people in the organisation can.
    }
clients-choose-title = Clients
clients-choose-lead = Choose the system access you want to add clients to.
clients-choose-more = The 100 newest are shown. You find the others on the overview.
clients-add-now = Add clients now

bulk-title = Add or remove many clients on { $title }
bulk-heading = Add or remove many clients on { $title }
bulk-lead = You see what would happen before anything is done.
bulk-wrong = The list cannot be used as it is
bulk-all = All clients
bulk-matching = All that match “{ $q }”
bulk-check-add = See what would be added
bulk-check-remove = See what would be removed
bulk-list = A list of organisation numbers
bulk-list-label = Organisation numbers
bulk-list-note = One on each line, or with commas or semicolons between. Spaces in the numbers do not matter.
bulk-file = A file
bulk-file-label = CSV or text file
bulk-file-note = Up to 10 MB and 100,000 numbers, saved as UTF-8. If the file has several columns, the one with organisation numbers is used.
bulk-copy = The clients of another system access
bulk-copy-label = Copy from
bulk-line = line { $line }
bulk-fault-check = Line { $line }: the last digit of the organisation number does not fit
bulk-fault-number = Line { $line }: no organisation number found
bulk-empty = The list is empty.
bulk-encoding = Line { $line } is not UTF-8. Save the file again as “CSV UTF-8”.
bulk-too-many = The list has more than 100,000 numbers. Split it into several.
bulk-too-long = The file is larger than 10 MB. Split it into several.
bulk-blocked =
    { $n ->
        [one] 1 client:
       *[other] { $shown } clients:
    }
bulk-flash-gone = The list you looked at is too old or has been replaced by newer ones. Name the clients again.
bulk-blocked-otherwise =
    { $n ->
        [one] 1 client lacks other access packages.
       *[other] { $shown } clients lack other access packages.
    }

check-title-add = Clients that would be added to { $title }
check-title-remove = Clients that would be removed from { $title }
check-heading-add = Add clients to { $title }?
check-heading-remove = Remove clients from { $title }?
check-lead = Nothing has been done yet.
check-nothing = There is nothing to do.
check-will-add = Will be added
check-will-remove = Will be removed
check-already = Already added
check-not-there = Not added
check-repeated = Stood in the list more than once
check-faults = Lines that cannot be read
check-faults-which = Which lines
check-add =
    { $n ->
        [one] Add 1 client
       *[other] Add { $shown } clients
    }
check-remove =
    { $n ->
        [one] Remove 1 client
       *[other] Remove { $shown } clients
    }
check-back = Back to the clients
check-rows = The list, row by row

job-title-add = Job: adding clients to { $title }
job-title-remove = Job: removing clients from { $title }
job-heading-add = Adding clients to { $title }
job-heading-remove = Removing clients from { $title }
job-running = Running
job-done = Done
job-cancelled = Cancelled
job-stopped = Stopped
job-progress = Progress
job-done-of = { $done } of { $of } rows have been handled.
job-goes-on = The job goes on even if you close the page.
job-not-entitled = Whoever started the job can no longer manage clients. The rest has not been done.
job-revoked = The system access has been revoked. The rest has not been done.
job-refused = Could not be done
job-begun = Started
job-ended = Ended
job-refresh = Refresh the page
job-csv = Download the result (CSV)
job-csv-outcome = Result
job-csv-why = Why
job-csv-line = Line
job-retry = Try the rest again
job-cancel = Cancel the job
job-back = Back to the clients
job-rows = Row by row
job-show-all = Show all rows
job-show-refused = Show only what could not be done
job-no-rows = No rows here.
job-row-left = Not done
job-row-waiting = Waiting
job-row-added = Added
job-row-removed = Removed
job-row-will-add = Will be added
job-row-will-remove = Will be removed
job-row-already = Was added already
job-row-not-there = Was not added
job-row-not-a-client = Not one of your clients
job-row-blocked = Cannot be added
job-row-failed = Failed, can be tried again

jobs-running-now = Clients are being added or removed right now. See how far it has come
jobs-earlier = Earlier bulk changes
jobs-title = Bulk changes on { $title }
jobs-heading = Bulk changes on { $title }
jobs-lead = Clients added or removed in bulk in the last 90 days.
jobs-none = There are no bulk changes in the last 90 days.
jobs-column-what = What
jobs-column-who = Started
jobs-added =
    { $n ->
        [one] 1 client added
       *[other] { $shown } clients added
    }
jobs-removed =
    { $n ->
        [one] 1 client removed
       *[other] { $shown } clients removed
    }
jobs-first = To the newest
jobs-crumb = Bulk changes
