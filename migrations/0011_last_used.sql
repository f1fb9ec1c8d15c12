-- The day in Norway that it was last asked about: written once a day at most.
alter table system_user add column last_used date;
