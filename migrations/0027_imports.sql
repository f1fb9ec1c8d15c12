-- The import that is running, in one row: who holds it has written, or said that it is alive, shortly
-- before `expires`. Nobody holds it while `holder` is null.
create table import_lease (
    id      bigint      not null primary key check (id = 1),
    holder  uuid,
    -- Which import, for those who wait.
    what    text        not null,
    since   timestamptz not null,
    expires timestamptz not null
);

-- How much of a source is live is counted before much of it ends.
create index assignment_by_source on assignment (source, kind) where valid_to is null;

-- Sort keys begin with the version of what made them: names with keys of another version are looked for
-- when a program starts.
create index party_by_version_of_keys on party (substr(name_sort, 1, 4));
