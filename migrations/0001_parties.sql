-- Numbers that are handed out once: party ids, versions of the catalogue.
create table counter (
    name  text   not null primary key,
    value bigint not null
);
insert into counter (name, value) values ('party', 50000000), ('catalogue', 0);

create table party (
    id         uuid    not null primary key,
    party_id   bigint  not null unique,
    kind       text    not null check (kind in ('organisation', 'person')),
    org_no     text    unique,
    -- '<key id>:<hex>' of a keyed hash; the number itself is never kept.
    pid_hash   text    unique,
    name       text    not null,
    name_fold  text    not null,
    name_sort  bytea   not null,
    org_form   text,
    parent     uuid    references party (id),
    deleted    timestamptz,
    check ((kind = 'organisation') = (org_no is not null)),
    check (kind = 'person' or pid_hash is null)
);
create index party_by_parent on party (parent);

-- What one party holds from another: a register role or an access package. Closed, never deleted.
create table assignment (
    id         uuid not null primary key,
    from_party uuid not null references party (id),
    to_party   uuid not null references party (id),
    kind       text not null check (kind in ('role', 'package')),
    code       text not null,
    source     text not null,
    valid_from timestamptz not null,
    valid_to   timestamptz
);
create unique index assignment_live on assignment (from_party, to_party, kind, code, source) where valid_to is null;
create index assignment_of_holder on assignment (to_party, from_party, kind, code) where valid_to is null;

create table resource (
    id      text not null primary key,
    body    jsonb not null,
    changed timestamptz not null
);
