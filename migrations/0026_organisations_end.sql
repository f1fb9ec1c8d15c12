-- An organisation that the register has ended: when the store was told, and how. `deleted` is the
-- register's own date. What it merged into is known where the register named it before.
alter table party add column ended timestamptz;
alter table party add column ended_how text check (ended_how in ('deleted', 'merged', 'removed'));
alter table party add column successor uuid references party (id);
-- What it gave and what it held is closed in short transactions, by the import or by any process that
-- serves. Nothing rests on it meanwhile: `held` leaves it out from the moment that it has ended.
alter table party add column closing boolean not null default false;
create index party_closing on party (id) where closing;

update party set ended = deleted, ended_how = 'deleted', closing = true
where deleted is not null and kind = 'organisation';

-- Why a system user was ended by the register and not by a person: its owner is gone.
alter table system_user add column ended_how text check (ended_how in ('deleted', 'merged', 'removed'));
create index system_user_ended on system_user (owner, revoked desc, id desc) where ended_how is not null;
create index system_user_ended_of_system on system_user (system_id, sequence_no) where ended_how is not null;
create index client_delegation_ended on client_delegation (client) where ended is not null;

-- What one party holds from another now: neither of them has ended. The one place that says so.
create view held as
select a.id, a.from_party, a.to_party, a.kind, a.code, a.valid_from, giver.org_form as giver_form
from assignment a
join party giver on giver.id = a.from_party and giver.deleted is null
join party holder on holder.id = a.to_party and holder.deleted is null
where a.valid_to is null;

-- The roles whose holder acts with all that the organisation itself has been given.
create view key_role as
select from_party, to_party, valid_from
from held
where kind = 'role'
    and code in ('DAGL', 'LEDE', 'INNH', 'DTSO', 'DTPR', 'BEST', 'BOBE', 'KOMP')
    and not (code = 'DTPR' and giver_form = 'IKS');

-- Notices can be about an organisation that has acted for others and has ended.
create table notice_of_more (
    id       uuid   not null primary key,
    party    uuid   not null references party (id),
    kind     text   not null check (kind in (
        'waiting', 'sent-on', 'half-time', 'ends-soon', 'clients-removed', 'organisation-ended'
    )),
    about    text   not null check (about in ('request', 'change', 'system-user', 'organisation')),
    subject  uuid   not null,
    -- How many clients, where it is about them.
    how_many bigint not null,
    created  timestamptz not null
);
insert into notice_of_more (id, party, kind, about, subject, how_many, created)
select id, party, kind, about, subject, how_many, created from notice;
drop table notice;
alter table notice_of_more rename to notice;
create unique index notice_once on notice (party, kind, subject);
create index notice_by_age on notice (created);
