-- Which organisations a service owner has let in to a resource, and to which of its actions: an empty
-- list is all of them. Closed, never deleted.
create table access_list (
    id         uuid  not null primary key,
    resource   text  not null,
    party      uuid  not null references party (id),
    actions    jsonb not null,
    valid_from timestamptz not null,
    valid_to   timestamptz
);
create unique index access_list_live on access_list (resource, party) where valid_to is null;
create index access_list_of_party on access_list (party, resource) where valid_to is null;
