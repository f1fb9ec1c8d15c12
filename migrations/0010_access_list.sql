-- The organisations that a service is limited to, and what each may do there: no actions is all of them.
create table access_list (resource text not null, org_no text not null, actions jsonb not null, primary key (resource, org_no));
create index access_list_of_organisation on access_list (org_no, resource);
