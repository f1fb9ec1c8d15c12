//! The systems that anyone may choose from: in Norwegian order, by their names in the reader's language.
use super::{
    model::{System, Texts, localised},
    store,
};
use crate::{
    app::App,
    db::{Error, Json, Reads, Tx},
    i18n::{LANGUAGES, Localised},
    ids::{OrgNo, SystemId, SystemKey},
    parties::model::{NAME_KEYS_VERSION, fold, pattern, sort_key},
    statements,
};
use std::{fmt, str::FromStr};
use uuid::Uuid;

statements! {
    UPSERT = "insert into system_name (language, sort, system, revision, search) values ($1, $2, $3, $4, $5) on conflict (system, language) do update set sort = excluded.sort, revision = excluded.revision, search = excluded.search";
    LIST = "select n.sort, s.internal_id, s.id, s.name, s.description, s.vendor_org_no, v.name as vendor_name from system_name n join system s on s.internal_id = n.system left join party v on v.org_no = s.vendor_org_no where n.language = $1 and (n.sort, n.system) > ($2, $3) and s.is_visible and s.deleted is null and ($4 = '%%' or n.search like cast($4 as text) escape '\\' or v.name_fold like cast($4 as text) escape '\\' or s.vendor_org_no like cast($4 as text) escape '\\') order by n.sort, n.system limit cast($5 as bigint)";
    /// Those that were entered or changed by a program that knows nothing of this list, or listed by one
    /// that makes other keys.
    LIST_UNLISTED = r"
        select s.id
        from system s
        where s.is_visible
          and s.deleted is null
          and not exists (
            select 1
            from system_name n
            where n.system = s.internal_id
              and n.revision = s.revision
              and substr(n.sort, 1, 4) = $2)
        order by s.id
        limit cast($1 as bigint)";
}

/// Longest that a key is kept, in bytes: an index holds no longer ones.
const LONGEST_KEY: usize = 1_000;
/// Systems that are listed in one transaction.
const BATCH: i64 = 200;

/// Lists the system, as it is in this revision, in the transaction that makes it so. One that is not
/// visible keeps the names that it had, which nobody is shown.
pub(super) async fn enter(tx: &mut Tx, system: &System, revision: i64) -> Result<(), Error> {
    if !system.is_visible {
        return Ok(());
    }
    let names = localised(&system.name);
    let search = fold(&system.name.values().map(String::as_str).collect::<Vec<_>>().join("\n"));
    let rows = LANGUAGES.iter().map(|language| {
        let mut key = sort_key(&names.in_language(language.tag).text);
        key.truncate(LONGEST_KEY);
        (language.tag, key)
    });
    tx.query(UPSERT)
        .rows(rows, 5, |query, (tag, key)| {
            query.bind(tag).bind(key).bind(system.key).bind(revision).bind(search.clone())
        })
        .exec()
        .await
        .map(drop)
}

/// Lists what another version of the program has entered or changed; how many.
pub async fn complete(app: &App) -> Result<usize, Error> {
    let mut all = 0;
    loop {
        let found: Vec<(SystemId,)> = app
            .store
            .query(LIST_UNLISTED)
            .bind(BATCH)
            .bind(NAME_KEYS_VERSION.to_vec())
            .all()
            .await?;
        if found.is_empty() {
            return Ok(all);
        }
        app.store
            .write(async |tx| {
                for (id,) in &found {
                    if let Some(kept) = store::lock(tx, id).await? {
                        enter(tx, &kept.system, kept.revision).await?;
                    }
                }
                Ok::<_, Error>(())
            })
            .await?;
        all += found.len();
    }
}

/// A system to choose.
#[derive(Debug, Clone)]
pub struct Offered {
    pub id: SystemId,
    pub name: Localised,
    pub description: Localised,
    pub vendor: OrgNo,
    pub vendor_name: String,
    pub place: After,
}

/// Where a page begins: after this one, in the order of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    sort: Vec<u8>,
    system: SystemKey,
}
impl After {
    fn start() -> Self {
        Self { sort: Vec::new(), system: SystemKey(Uuid::nil()) }
    }
}
impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = crate::keys::hex(&self.sort);
        write!(f, "{key}.{}", self.system)
    }
}
impl FromStr for After {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (key, id) = text.rsplit_once('.').ok_or(())?;
        let bytes = key.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        });
        let sort: Vec<u8> = bytes.collect::<Option<_>>().ok_or(())?;
        if sort.len() > LONGEST_KEY {
            return Err(());
        }
        Ok(Self { sort, system: id.parse().map_err(|_| ())? })
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    sort: Vec<u8>,
    internal_id: SystemKey,
    id: SystemId,
    name: Json<Texts>,
    description: Json<Texts>,
    vendor_org_no: OrgNo,
    vendor_name: Option<String>,
}
/// A page of those whose name, vendor or vendor's number holds `search`, by name in the language; and
/// whether there are more.
pub async fn list(
    reads: &mut Reads,
    language: &str,
    search: &str,
    after: Option<After>,
    most: i64,
) -> Result<(Vec<Offered>, bool), Error> {
    let After { sort, system } = after.unwrap_or_else(After::start);
    let rows: Vec<Row> = reads
        .query(LIST)
        .bind(language)
        .bind(sort)
        .bind(system)
        .bind(pattern(search))
        .bind(most + 1)
        .all()
        .await?;
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows > most);
    let rows = rows.into_iter().map(|row| Offered {
        id: row.id,
        name: localised(&row.name.0),
        description: localised(&row.description.0),
        vendor: row.vendor_org_no,
        vendor_name: row.vendor_name.unwrap_or_default(),
        place: After { sort: row.sort, system: row.internal_id },
    });
    Ok((rows.take(usize::try_from(most).unwrap_or(usize::MAX)).collect(), more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_survives_an_address() {
        let after = After { sort: vec![0, 7, 255], system: SystemKey(Uuid::from_u128(7)) };
        assert_eq!(after.to_string().parse(), Ok(after));
        let id = Uuid::from_u128(7);
        let long = "00".repeat(LONGEST_KEY + 1);
        for bad in
            ["", "0", &format!("0.{id}"), &format!("é.{id}"), "00.x", &format!("{long}.{id}")]
        {
            assert!(bad.parse::<After>().is_err(), "{bad}");
        }
    }
}
