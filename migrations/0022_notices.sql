-- Where an organisation wants to be told of something by e-mail. Until whoever reads the address has
-- said yes, nothing but that question is sent to it. Of one that has ended, only a keyed hash is left.
create table notice_address (
    id         uuid    not null primary key,
    party      uuid    not null references party (id),
    email      text,
    email_hash text    not null,
    language   text    not null check (language in ('nb', 'nn', 'en')),
    created    timestamptz not null,
    confirmed  timestamptz,
    -- When the last mail to it was given up.
    failed     timestamptz,
    ended      timestamptz,
    -- Whether its reader ended it.
    refused    boolean not null default false,
    check ((ended is null) = (email is not null))
);
create unique index notice_address_live on notice_address (party, email_hash) where ended is null;
create index notice_address_of_party on notice_address (party, created, id);
create index notice_address_ended on notice_address (ended) where ended is not null;
create index notice_address_unanswered on notice_address (created) where confirmed is null and ended is null;

-- What an organisation is to be told, until it is in a mail.
create table notice (
    id       uuid   not null primary key,
    party    uuid   not null references party (id),
    kind     text   not null check (kind in ('waiting', 'sent-on', 'half-time', 'ends-soon', 'clients-removed')),
    about    text   not null check (about in ('request', 'change', 'system-user')),
    subject  uuid   not null,
    -- How many clients, where it is about them.
    how_many bigint not null,
    created  timestamptz not null
);
create unique index notice_once on notice (party, kind, subject);
create index notice_by_age on notice (created);

-- When an organisation was last told: at most once a day.
create table notice_turn (
    party    uuid not null primary key references party (id),
    taken    timestamptz not null
);

-- On its way to one address.
create table mail (
    id       uuid   not null primary key,
    address  uuid   not null references notice_address (id),
    content  jsonb  not null,
    attempts bigint not null,
    created  timestamptz not null,
    due      timestamptz not null,
    -- Until when a process has it for itself.
    leased   timestamptz
);
create index mail_due on mail (due);
create index mail_to on mail (address);

-- When it was told that half its time has gone: once for each.
alter table request add column reminded timestamptz;
create index request_unreminded on request (created, id) where status = 'new' and reminded is null and deleted is null;
alter table change_request add column reminded timestamptz;
create index change_request_unreminded on change_request (created, id) where status = 'new' and reminded is null and deleted is null;
create index system_user_untold on system_user (valid_to, id) where valid_to is not null and revoked is null and end_told is null;
