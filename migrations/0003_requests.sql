create table request (
    id           uuid  not null primary key,
    kind         text  not null check (kind in ('standard', 'agent')),
    system_id    text  not null references system (id),
    party        uuid  not null references party (id),
    external_ref text  not null,
    title        text  not null,
    rights       jsonb not null,
    packages     jsonb not null,
    redirect_url text,
    status       text  not null check (status in ('new', 'accepted', 'rejected')),
    created      timestamptz not null,
    escalated    timestamptz,
    decided      timestamptz,
    decided_by   uuid  references party (id),
    -- The role or package through which the decider could decide.
    decided_as   text,
    deleted      timestamptz,
    check ((status = 'new') = (decided is null))
);
create unique index request_live on request (kind, system_id, party, external_ref) where deleted is null;
create index request_waiting on request (party, created, id) where status = 'new' and deleted is null;

create table system_user (
    id           uuid   not null primary key,
    kind         text   not null check (kind in ('standard', 'agent')),
    owner        uuid   not null references party (id),
    system_id    text   not null references system (id),
    external_ref text   not null,
    title        text   not null,
    -- Title, vendor, system and external reference, folded for search.
    search       text   not null,
    rights       bigint not null,
    packages     bigint not null,
    created      timestamptz not null,
    created_by   uuid   references party (id),
    created_as   text,
    valid_to     timestamptz,
    paused       timestamptz,
    revoked      timestamptz,
    revoked_by   uuid   references party (id)
);
create unique index system_user_live on system_user (system_id, owner, external_ref) where revoked is null;
-- Covers the rows of the overview, newest first.
create index system_user_of_owner on system_user (owner, kind, created desc, id desc, system_id, title, rights, packages) where revoked is null;

create table system_user_grant (
    system_user uuid not null references system_user (id),
    kind        text not null check (kind in ('right', 'package')),
    item        text not null,
    primary key (system_user, kind, item)
);
