create table system (
    internal_id   uuid    not null primary key,
    id            text    not null unique,
    vendor_org_no text    not null,
    name          jsonb   not null,
    description   jsonb   not null,
    rights        jsonb   not null,
    packages      jsonb   not null,
    redirect_urls jsonb   not null,
    is_visible    boolean not null,
    created       timestamptz not null,
    changed       timestamptz not null,
    deleted       timestamptz
);
create index system_of_vendor on system (vendor_org_no, id) where deleted is null;

-- A client id belongs to one live system; released when the system lets it go.
create table system_client (
    client_id   text   not null primary key,
    internal_id uuid   not null references system (internal_id),
    place       bigint not null
);
create index system_client_of_system on system_client (internal_id, place);

create table system_change (
    id           uuid  not null primary key,
    internal_id  uuid  not null references system (internal_id),
    change_type  text  not null check (change_type in ('create', 'update', 'rightsupdate', 'accesspackageupdate', 'delete')),
    changed_data jsonb,
    by_org_no    text  not null,
    by_client    text,
    created      timestamptz not null
);
create index system_change_of_system on system_change (internal_id, created);
