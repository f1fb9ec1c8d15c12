-- Every change of a system user gives it the next number, in the order of the commits: whoever reads
-- on from a number misses none.
alter table system_user add column sequence_no bigint;
alter table system_user add column changed timestamptz;
-- Made by its owner without a vendor's request.
alter table system_user add column by_owner boolean not null default false;

update system_user set sequence_no = n.number, changed = coalesce(revoked, paused, created)
from (select id, row_number() over (order by created, id) as number from system_user) n
where n.id = system_user.id;
insert into counter (name, value) select 'system-user', count(*) from system_user;

create unique index system_user_by_number on system_user (sequence_no);
create index system_user_of_system on system_user (system_id, sequence_no, changed) where revoked is null;
create index system_user_of_system_and_owner on system_user (system_id, owner, sequence_no) where revoked is null;
create index system_user_revoked on system_user (system_id, owner, revoked) where revoked is not null;
create index system_deleted_of_vendor on system (vendor_org_no, deleted) where deleted is not null;
