-- Counts the changes to a system, so that one made to an older revision can be told.
alter table system add column revision bigint not null default 1;
