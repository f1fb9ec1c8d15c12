-- What a waiting request is found by, besides its vendor: title, reference and the system's names,
-- folded. Those that were there are found by what is plain in them.
alter table request add column search text not null default '';
update request set search = lower(title || ' ' || external_ref) where status = 'new' and deleted is null;

-- Covers the rows of the overview and the count of those that end soon.
drop index system_user_of_owner;
create index system_user_of_owner on system_user (owner, kind, created desc, id desc, system_id, title, rights, packages, valid_to, paused) where revoked is null;

-- The systems that anyone may choose from, in Norwegian order by their names in each language.
-- `revision` is the system's when the row was written: another one means that the row is old.
create table system_name (
    language  text   not null check (language in ('nb', 'nn', 'en')),
    sort      bytea  not null,
    system    uuid   not null references system (internal_id),
    revision  bigint not null,
    -- The system's names, folded for search.
    search    text   not null,
    primary key (system, language)
);
create index system_name_in_order on system_name (language, sort, system);
