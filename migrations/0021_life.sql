-- When it was noted that its end had passed, and when its owner was told that it would: once for each end.
alter table system_user add column expired timestamptz;
alter table system_user add column end_told timestamptz;
create index system_user_ending on system_user (valid_to, id) where valid_to is not null and revoked is null and expired is null;
