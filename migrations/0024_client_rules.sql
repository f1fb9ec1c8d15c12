-- Standing rules: whoever becomes a client of the facilitator by the role is to be looked through for the
-- system user. None is there until somebody sets it, and none adds anybody.
create table client_rule (
    facilitator uuid not null references facilitator (party),
    system_user uuid not null references system_user (id),
    role        text not null check (role in ('REGN', 'REVI', 'FFØR')),
    since       timestamptz not null,
    set_by      uuid not null references party (id),
    primary key (facilitator, system_user, role)
);

-- What the rules have found, until it is added or left out: a row for each role, so that what one rule
-- found goes with it.
create table client_found (
    facilitator uuid  not null references facilitator (party),
    system_user uuid  not null references system_user (id),
    client      uuid  not null references party (id),
    role        text  not null,
    name_sort   bytea not null,
    found       timestamptz not null,
    primary key (client, system_user, role)
);
create index client_found_by_name on client_found (facilitator, system_user, name_sort, client);
