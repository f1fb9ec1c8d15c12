# The lists of the overview, the requests, and who is able.

overview-create = Give a system access
overview-ending =
    { $n ->
        [one] 1 access expires within 30 days.
       *[other] { $shown } accesses expire within 30 days.
    }
overview-ending-link = Show what expires
overview-ends = Expires { $when }
overview-show = Show a selection
overview-show-all = All
overview-show-unused = Not used for 90 days
overview-show-ending = Expire within 30 days
overview-none-such = No accesses match the selection.
overview-for-clients = For clients
overview-all-waiting =
    { $n ->
        [one] Show the one waiting
       *[other] Show all { $shown } waiting
    }
overview-last-used = Last used { $when }
overview-never-used = Not used yet

requests-title = Requests to { $party }
requests-heading = Requests to { $party }
requests-lead = Everything that vendors ask for and nobody has answered. What was forwarded to you comes first.
requests-none = No requests are waiting. When a vendor asks for access, it turns up here.
requests-history = See requests that have been answered

system-user-waiting = Changes awaiting an answer
system-user-history-all = See the whole history

able-nobody = Nobody in the organisation can approve all of this today. Whoever is to do it needs one of these roles or accesses:
able-people =
    { $n ->
        [one] 1 person in the organisation can approve:
       *[other] { $shown } people in the organisation can approve:
    }
able-others =
    { $n ->
        [one] and 1 more
       *[other] and { $shown } more
    }
able-roles = Role or access: { $roles }.
