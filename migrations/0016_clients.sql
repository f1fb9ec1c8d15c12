-- Parties whose clients are kept in `client`: from when one of their agent system users first asks for
-- them. Also the lock: whoever changes a facilitator's clients, or what they have been given to, has its
-- row until the transaction ends.
create table facilitator (
    party  uuid not null primary key references party (id),
    opened timestamptz not null
);
-- How many there are; whoever has this row keeps relations from changing elsewhere.
insert into counter (name, value) values ('facilitator', 0);

-- Each party that has let a facilitator act for it, in the order of its lists, with what search looks at.
-- It follows from `assignment` and `party`, and is changed with them in the same transaction.
create table client (
    facilitator uuid  not null references facilitator (party),
    party       uuid  not null references party (id),
    org_no      text  not null,
    name_sort   bytea not null,
    name_fold   text  not null,
    -- Its relations to the facilitator, in one spelling: the same text is the same rights.
    relations   text  not null,
    primary key (party, facilitator)
);
create index client_by_name on client (facilitator, name_sort, party, relations, name_fold, org_no);
create index client_by_number on client (facilitator, org_no);

-- How many clients have the same relations: what a system user lacks is worked out once for each.
create table client_kind (
    facilitator uuid   not null references facilitator (party),
    relations   text   not null,
    clients     bigint not null,
    primary key (facilitator, relations)
);

-- What an agent system user acts for. Ended, never deleted.
create table client_delegation (
    id            uuid  not null primary key,
    system_user   uuid  not null references system_user (id),
    facilitator   uuid  not null references party (id),
    client        uuid  not null references party (id),
    -- The client's relations as they were; empty for the facilitator itself.
    why           text  not null,
    name_sort     bytea not null,
    since         timestamptz not null,
    added_by      uuid  references party (id),
    ended         timestamptz,
    ended_by      uuid  references party (id),
    ended_because text  check (ended_because in ('removed', 'revoked', 'changed', 'relation-ended', 'organisation-deleted')),
    check ((ended is null) = (ended_because is null))
);
create unique index client_delegation_live on client_delegation (system_user, client) where ended is null;
create index client_delegation_by_name on client_delegation (system_user, name_sort, client) where ended is null;
create index client_delegation_of_client on client_delegation (client, facilitator, system_user) where ended is null;

-- How many clients a system user has lost without anybody removing them, by day and cause.
create table client_loss (
    facilitator uuid   not null references party (id),
    day         date   not null,
    system_user uuid   not null references system_user (id),
    because     text   not null,
    -- The role or package that ended.
    code        text   not null,
    clients     bigint not null,
    primary key (facilitator, day, system_user, because, code)
);

-- Its clients, without its owner.
alter table system_user add column clients bigint not null default 0;
