-- A vendor's ask to change a standing system user. System, owner and reference are the system
-- user's, which never change; they stand here for the lists.
create table change_request (
    -- The vendor's correlation id: used once, also when the request has been deleted.
    id                uuid  not null primary key,
    system_user       uuid  not null references system_user (id),
    system_id         text  not null references system (id),
    party             uuid  not null references party (id),
    external_ref      text  not null,
    required_rights   jsonb not null,
    required_packages jsonb not null,
    unwanted_rights   jsonb not null,
    unwanted_packages jsonb not null,
    -- When the system user is to end, where that is to change.
    valid_to          timestamptz,
    redirect_url      text,
    status            text  not null check (status in ('new', 'accepted', 'rejected')),
    created           timestamptz not null,
    changed           timestamptz not null,
    escalated         timestamptz,
    decided           timestamptz,
    decided_by        uuid  references party (id),
    decided_as        text,
    deleted           timestamptz,
    check ((status = 'new') = (decided is null))
);
-- A vendor's list, oldest first, with what it is filtered by; `deleted` stands there because SQLite
-- looks for it also where it can only be null.
create index change_request_of_system on change_request (system_id, created, id, status, party, changed, deleted) where deleted is null;
create index change_request_on_triple on change_request (system_id, party, external_ref, created desc, id desc) where deleted is null;
create index change_request_waiting on change_request (party, created, id) where status = 'new' and deleted is null;
