//! All clients that a search finds, as a job's rows and as what they would come to.
use super::{
    model::{Action, Forecast, Matching, Whose},
    store::{Group, Judge, forecast},
};
use crate::{
    clients::model::State,
    db::{Error, Reads, Tx},
    ids::{JobId, PartyUuid},
    parties::model::pattern,
    statements,
};

statements! {
    /// In any state when `$3` is `any`, else those that have been added, or have not; all of them or
    /// those that are on none; and of these relations.
    INSERT = "insert into client_job_row (job, no, org_no) select j.id, row_number() over (order by c.name_sort, c.party), c.org_no from client_job j join client c on c.facilitator = j.owner where j.id = $1 and ($2 = '%%' or c.name_fold like cast($2 as text) escape '\\' or c.org_no like cast($2 as text) escape '\\') and ($3 = 'any' or ((select d.client from client_delegation d where d.system_user = j.system_user and d.client = c.party and d.ended is null) is not null) = ($3 = 'added')) and (not cast($4 as boolean) or (select o.client from client_delegation o where o.client = c.party and o.facilitator = c.facilitator and o.ended is null limit 1) is null) and c.relations in ($5)";
    /// What the relations of the facilitator's clients are.
    LIST_RELATIONS = "select relations from client_kind where facilitator = $1 and clients > 0";
    /// By their relations, and whether they have been added.
    FORECAST = "select relations, added, count(*) as clients from (select c.relations, (select d.client from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) is not null as added from client c where c.facilitator = $2 and ($3 = '%%' or c.name_fold like cast($3 as text) escape '\\' or c.org_no like cast($3 as text) escape '\\') and (not cast($4 as boolean) or (select o.client from client_delegation o where o.client = c.party and o.facilitator = c.facilitator and o.ended is null limit 1) is null)) f group by relations, added";
}

/// Enters them as the job's rows.
pub(super) async fn insert(
    tx: &mut Tx,
    job: JobId,
    owner: PartyUuid,
    matching: &Matching,
    judge: Judge<'_>,
) -> Result<(), Error> {
    let kept: Vec<(String,)> = tx.query(LIST_RELATIONS).bind(owner).all().await?;
    let mut relations: Vec<String> = kept.into_iter().map(|(text,)| text).collect();
    relations.retain(|text| match matching.state {
        None | Some(State::Added) => true,
        Some(wanted) => judge.is_in(wanted, text, false),
    });
    if relations.is_empty() {
        return Ok(());
    }
    let given = match matching.state {
        None => "any",
        Some(State::Added) => "added",
        Some(State::Available | State::Blocked) => "not",
    };
    let query = tx.query(INSERT).planned_anew().bind(job).bind(pattern(&matching.q));
    query.bind(given).bind(matching.on_none).list(&relations).exec().await.map(drop)
}
/// What adding or removing them would come to.
pub(super) async fn read_forecast(
    reads: &mut Reads,
    whose: Whose,
    matching: &Matching,
    action: Action,
    judge: Judge<'_>,
) -> Result<Forecast, Error> {
    let query = reads.query(FORECAST).bind(whose.user).bind(whose.owner);
    let query = query.bind(pattern(&matching.q)).bind(matching.on_none);
    let mut groups: Vec<Group> = query.all().await?;
    groups.retain(|(relations, added, _)| {
        let relations = relations.as_deref().unwrap_or_default();
        matching.state.is_none_or(|wanted| judge.is_in(wanted, relations, *added))
    });
    Ok(forecast(groups, action, judge))
}
