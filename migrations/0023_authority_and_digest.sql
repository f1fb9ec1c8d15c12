-- What the login provider vouched for: an organisation that the person may manage access for in this
-- session. Gone with it.
create table session_authority (
    session text not null references session (id) on delete cascade,
    person  uuid not null references party (id),
    org_no  text not null,
    ends    timestamptz not null,
    primary key (session, org_no)
);

-- Of what a register said of the organisation when the row was last written by its import; null when
-- anybody else has written it. An import passes over one whose digest is the same.
alter table party add column digest bigint;
