# Clients of system accesses that act for clients.
clients-lost-heading = Clients have been removed in the last 30 days
clients-lost =
    { $n ->
        [one] 1 client was removed
       *[other] { $shown } clients were removed
    }
clients-lost-why = from { $title } because the relation { $relation } ended.
fact-clients = Clients
system-user-clients =
    { $n ->
        [one] 1 client
       *[other] { $shown } clients
    }
