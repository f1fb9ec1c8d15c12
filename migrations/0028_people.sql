-- A number that a person had before the one they have: a D-number, or one that was corrected. As with
-- `party.pid_hash`, only a keyed hash is kept.
create table former_number (
    pid_hash text not null primary key,
    person   uuid not null references party (id),
    since    timestamptz not null
);
create index former_number_of_person on former_number (person);

-- The person that this row turned out to be. It has no number any more, is deleted, and stays because
-- the event log names people by their party id.
alter table party add column joined uuid references party (id);
create index party_joined on party (joined) where joined is not null;

-- Whose session it is, so that a person's sessions can be ended.
alter table session add column person uuid;
create index session_of_person on session (person) where person is not null;

-- What names a person, so that two rows of one person can be joined without a scan.
create index assignment_of_former_holder on assignment (to_party) where valid_to is not null;
create index system_user_created_by on system_user (created_by) where created_by is not null;
create index system_user_revoked_by on system_user (revoked_by) where revoked_by is not null;
create index request_decided_by on request (decided_by) where decided_by is not null;
create index change_request_decided_by on change_request (decided_by) where decided_by is not null;
create index client_delegation_added_by on client_delegation (added_by) where added_by is not null;
create index client_delegation_ended_by on client_delegation (ended_by) where ended_by is not null;
create index client_rule_set_by on client_rule (set_by);
create index client_job_person on client_job (person);
create index session_authority_person on session_authority (person);
