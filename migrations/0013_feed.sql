-- Whose system an event is about, so that a vendor's feed is one walk along one index. It follows
-- from the system, whose vendor never changes, and is no part of the chain.
alter table event add column vendor text;
update event set vendor = (select s.vendor_org_no from system s where s.id = event.system_id) where system_id is not null;
create index event_of_vendor on event (vendor, number) where number is not null;
create index event_of_system on event (system_id, number) where number is not null;
