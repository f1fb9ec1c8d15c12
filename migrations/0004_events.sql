create table event (
    id          uuid   not null primary key,
    -- Given by the sealer, with the hash over this row and the one before.
    number      bigint unique,
    hash        bytea,
    key_id      text,
    at          timestamptz not null,
    type        text   not null,
    actor_kind  text   not null check (actor_kind in ('person', 'vendor', 'product')),
    -- A person's party id, or a vendor's organisation number.
    actor       text   not null,
    party       uuid   references party (id),
    system_id   text,
    request_id  uuid,
    system_user uuid,
    data        jsonb  not null,
    check ((number is null) = (hash is null))
);
create index event_unsealed on event (at, id) where number is null;
create index event_of_user on event (system_user, at desc, id desc);
create index event_of_party on event (party, at desc, id desc);

create table event_head (
    only_one bigint not null primary key check (only_one = 1),
    number   bigint not null,
    hash     bytea  not null
);
insert into event_head (only_one, number, hash) values (1, 0, '');
