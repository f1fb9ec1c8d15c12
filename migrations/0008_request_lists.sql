-- The moment at which the system user is to end, as the vendor proposes it.
alter table request add column valid_to timestamptz;
-- When it was noted that nobody had answered in time: once for each request.
alter table request add column timed_out timestamptz;
create index request_unanswered on request (created, id) where status = 'new' and timed_out is null and deleted is null;

-- Under the vendor's lists: all of a system's requests, and those in one state. Each covers what a
-- page is chosen by, so that only the rows that are shown are read; `deleted` stands there because
-- SQLite looks for it also where it can only be null.
create index request_of_system on request (system_id, kind, created, id, decided, timed_out, escalated, deleted) where deleted is null;
create index request_by_status on request (system_id, kind, status, created, id, decided, timed_out, escalated, deleted) where deleted is null;
