-- Clients that are added to a system user, or removed from it, many at once. A draft is a list that has
-- been read and is looked through before anything happens.
create table client_job (
    id          uuid   not null primary key,
    system_user uuid   not null references system_user (id),
    -- The facilitator.
    owner       uuid   not null references party (id),
    action      text   not null check (action in ('add', 'remove')),
    scope       text   not null check (scope in ('all', 'list', 'copy', 'retry', 'rule')),
    state       text   not null check (state in ('draft', 'running', 'done', 'cancelled', 'stopped')),
    -- Why it went no further.
    stopped     text   check (stopped in ('not-entitled', 'revoked')),
    -- In whose authority it is done: asked for anew in each transaction.
    person      uuid   not null references party (id),
    person_no   bigint not null,
    level       bigint not null,
    -- How many rows there are, how many have been decided, and what came of those.
    total       bigint not null,
    done        bigint not null default 0,
    changed     bigint not null default 0,
    already     bigint not null default 0,
    refused     bigint not null default 0,
    -- Of a list: numbers that stood there again, and lines that could not be read, of which the first
    -- are named.
    repeated    bigint not null default 0,
    fault_count bigint not null default 0,
    faults      jsonb  not null,
    created     timestamptz not null,
    ended       timestamptz,
    check ((state in ('draft', 'running')) = (ended is null)),
    check ((state = 'stopped') = (stopped is not null))
);
create index client_job_of_user on client_job (system_user, created desc);
create index client_job_created on client_job (created);

create table client_job_row (
    job     uuid   not null references client_job (id),
    no      bigint not null,
    org_no  text   not null,
    -- Where it stood in a list.
    line    bigint,
    outcome text   check (outcome in ('done', 'already', 'not-a-client', 'blocked', 'failed')),
    -- The codes of the packages that the client lacks, blanks between.
    missing text,
    primary key (job, no)
);
create index client_job_row_refused on client_job_row (job, no) where outcome in ('not-a-client', 'blocked', 'failed');

-- What is left of the jobs that run: rows that are decided in one transaction, which takes the chunk away.
create table client_job_chunk (
    job      uuid   not null references client_job (id),
    first    bigint not null,
    last     bigint not null,
    -- Until when a process has it for itself.
    leased   timestamptz,
    attempts bigint not null default 0,
    primary key (job, first)
);
create index client_job_chunk_next on client_job_chunk (first, job);
