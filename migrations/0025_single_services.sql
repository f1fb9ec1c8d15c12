-- What one party holds from another may also be a single service: its code is the resource's id. Neither
-- engine changes a check in place on the same words, so the table is made anew; nothing refers to it.
create table assignment_with_services (
    id         uuid not null primary key,
    from_party uuid not null references party (id),
    to_party   uuid not null references party (id),
    kind       text not null check (kind in ('role', 'package', 'resource')),
    code       text not null,
    source     text not null,
    valid_from timestamptz not null,
    valid_to   timestamptz
);
insert into assignment_with_services (id, from_party, to_party, kind, code, source, valid_from, valid_to)
select id, from_party, to_party, kind, code, source, valid_from, valid_to
from assignment;
drop table assignment;
alter table assignment_with_services rename to assignment;
create unique index assignment_live on assignment (from_party, to_party, kind, code, source) where valid_to is null;
create index assignment_of_holder on assignment (to_party, from_party, kind, code) where valid_to is null;
