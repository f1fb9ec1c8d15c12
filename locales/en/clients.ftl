# Clients of system accesses that act for clients.
clients-lost-heading = Clients have been removed in the last 30 days
clients-lost =
    { $n ->
        [one] 1 client was removed
       *[other] { $shown } clients were removed
    }
clients-lost-why = from { $title } because the relation { $relation } ended.
clients-lost-deleted = from { $title } because the organisation has been deleted.
fact-clients = Clients
system-user-clients =
    { $n ->
        [one] 1 client
       *[other] { $shown } clients
    }
change-clients = What becomes of the clients
change-clients-keep =
    { $n ->
        [one] 1 client follows.
       *[other] { $shown } clients follow.
    }
change-clients-lose =
    { $n ->
        [one] 1 client does not follow, and is listed as “Cannot be added”.
       *[other] { $shown } clients do not follow, and are listed as “Cannot be added”.
    }
change-clients-lack =
    { $n ->
        [one] Missing for 1:
       *[other] Missing for { $shown }:
    }
change-clients-own-stays = Your own organisation follows.
change-clients-own-ends = Your own organisation does not follow, since you cannot give { $packages } for your own organisation.
