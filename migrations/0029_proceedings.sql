-- The bankruptcy, forced liquidation or winding-up that the register reports for an organisation, in one
-- spelling: `bankruptcy=2026-03-01 winding-up`, with the day where the register tells it. Null is none.
alter table party add column proceedings text check (
    proceedings like 'bankruptcy%'
    or proceedings like 'forced-liquidation%'
    or proceedings like 'winding-up%'
);

-- What an organisation is under: a sub-unit shares what its main unit is under.
create view party_proceedings (party, proceedings) as
select p.id, coalesce(m.proceedings, p.proceedings)
from party p
left join party m on m.id = p.parent and p.org_form in ('BEDR', 'AAFY');

-- The sub-units of each main unit that are not deleted.
create view sub_unit (main, id) as
select parent, id
from party
where parent is not null and org_form in ('BEDR', 'AAFY') and deleted is null;
