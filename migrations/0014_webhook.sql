-- Where a vendor wants to be told. Its secret is not here: it is derived from a key that the
-- configuration has, by its name in key_id.
create table webhook (
    id        uuid   not null primary key,
    vendor    text   not null,
    system_id text   not null references system (id),
    url       text   not null,
    types     jsonb  not null,
    key_id    text   not null,
    -- The number of the last event that has become a delivery, or was not asked for.
    seen      bigint not null,
    created   timestamptz not null,
    deleted   timestamptz
);
create index webhook_of_vendor on webhook (vendor, id) where deleted is null;
create index webhook_of_system on webhook (system_id) where deleted is null;

create table delivery (
    id       uuid   not null primary key,
    webhook  uuid   not null references webhook (id),
    number   bigint not null,
    -- What must come in order: the system user, or what there is before there is one.
    lane     text   not null,
    type     text   not null,
    state    text   not null check (state in ('waiting', 'delivered', 'failed')),
    attempts bigint not null,
    created  timestamptz not null,
    due      timestamptz not null,
    -- Until when a process has it for itself.
    leased   timestamptz,
    ended    timestamptz,
    status   bigint,
    fault    text,
    check ((state = 'waiting') = (ended is null))
);
create unique index delivery_waiting on delivery (webhook, number) where state = 'waiting';
create index delivery_in_lane on delivery (webhook, lane, number) where state = 'waiting';
create index delivery_due on delivery (webhook, due) where state = 'waiting';
create index delivery_of_webhook on delivery (webhook, id);
create index delivery_ended on delivery (ended) where state <> 'waiting';
