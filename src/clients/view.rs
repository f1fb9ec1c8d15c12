//! Clients as pages and tables show them: relations, packages and outcomes in words.
use super::{
    model::{Client, Fate, Relation, Relations, State},
    pages::Row,
    shelf,
};
use crate::{
    app::App,
    catalogue::Contents,
    db::Error,
    ids::{PackageUrn, PartyUuid},
    web::{
        items,
        page::{FormToken, Page},
        view::Organisation,
    },
};

/// Why a party is a client: roles, packages and single services by their names.
pub fn relations(page: &Page, catalogue: &Contents, relations: &Relations) -> String {
    let name = |relation: &Relation| match relation {
        Relation::Service(id) => items::service(page, catalogue, id),
        Relation::Role { code, .. } | Relation::Package(code) => items::role(page, catalogue, code),
    };
    let mut words: Vec<String> = relations.iter().map(name).collect();
    words.dedup();
    words.join(", ")
}
/// Packages by their names, or by their codes where nobody knows them.
pub fn packages(page: &Page, catalogue: &Contents, packages: &[PackageUrn]) -> String {
    let names = packages.iter().map(|urn| match catalogue.package(urn) {
        Some(package) => package.name.in_language(page.lang()).text,
        None => urn.code().to_owned(),
    });
    names.collect::<Vec<_>>().join(", ")
}
/// A client as a row of the list.
pub fn row(
    page: &Page,
    catalogue: &Contents,
    client: &Client,
    elsewhere: &str,
    act: Option<FormToken>,
) -> Row {
    Row {
        id: client.id.to_string(),
        client: Organisation::new(client.name.clone(), client.org_no.grouped())
            .under(items::proceedings(page, &client.proceedings)),
        form: client.form.clone().unwrap_or_default(),
        relation: relations(page, catalogue, &client.relations),
        state: client.state(),
        missing: packages(page, catalogue, &client.missing),
        elsewhere: elsewhere.to_owned(),
        act,
        message: None,
    }
}
pub fn state(page: &Page, state: State) -> &'static str {
    match state {
        State::Added => page.t("clients-state-added"),
        State::Available => page.t("clients-state-available"),
        State::Blocked => page.t("clients-state-blocked"),
    }
}

/// One that something came to nothing for, and why: `Bø AS: Missing Regnskapsfører lønn`.
pub fn refused(page: &Page, catalogue: &Contents, name: &str, fate: &Fate) -> Option<String> {
    let why = match fate {
        Fate::Done | Fate::Already => return None,
        Fate::NotAClient => page.t("job-row-not-a-client").to_owned(),
        Fate::Blocked(missing) => {
            page.t1("clients-missing", "packages", &packages(page, catalogue, missing))
        }
    };
    Some(format!("{name}: {why}"))
}
/// What came of several clients, in one sentence: `12 added, 3 cannot be added`.
pub fn told(page: &Page, adds: bool, fates: &[Fate]) -> String {
    let count = |of: fn(&Fate) -> bool| {
        u64::try_from(fates.iter().filter(|fate| of(fate)).count()).unwrap_or(u64::MAX)
    };
    let done = count(|fate| *fate == Fate::Done);
    let same = count(|fate| *fate == Fate::Already);
    let not = count(|fate| matches!(fate, Fate::NotAClient | Fate::Blocked(_)));
    let mut parts = vec![if adds {
        page.count("clients-told-added", done)
    } else {
        page.count("clients-told-removed", done)
    }];
    if same > 0 {
        parts.push(page.count("clients-told-already", same));
    }
    if not > 0 {
        parts.push(page.count("clients-told-not", not));
    }
    parts.join(", ")
}
/// What came of them; of the first few that it came to nothing for, who and why.
pub async fn each_told(
    app: &App,
    page: &Page,
    adds: bool,
    clients: &[PartyUuid],
    fates: &[Fate],
) -> Result<String, Error> {
    /// As many as one reads.
    const MOST: usize = 5;
    let told = told(page, adds, fates);
    let not = clients.iter().zip(fates);
    let not = not.filter(|(_, fate)| matches!(fate, Fate::NotAClient | Fate::Blocked(_)));
    let not: Vec<(&PartyUuid, &Fate)> = not.take(MOST).collect();
    if not.is_empty() {
        return Ok(told);
    }
    let ids: Vec<PartyUuid> = not.iter().map(|(id, _)| **id).collect();
    let mut reads = app.store.reads().await?;
    let names = shelf::names(&mut reads, &ids).await?;
    drop(reads);
    let catalogue = app.catalogue.now();
    let each =
        not.into_iter().filter_map(|(id, fate)| refused(page, &catalogue, names.get(id)?, fate));
    Ok(format!("{told} ({})", each.collect::<Vec<_>>().join("; ")))
}
