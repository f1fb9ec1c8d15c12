-- The day in Norway that it was last asked about: written once a day at most.
alter table system_user add column last_used date;

-- What a right may be used for: the actions that whoever gave it could give. Null is all that the policy names.
alter table system_user_grant add column actions jsonb;
