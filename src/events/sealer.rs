//! The sealer gives committed events their numbers and chains them by a keyed hash; `verify` goes
//! through the chain and says where it does not hold.
use super::store::{self, Head, Row};
use crate::{
    db::{Error, Store},
    keys::{Keys, hex},
};
use serde_json::Value;
use std::{fmt, str::FromStr, time::Duration};

/// How often the sealer looks; an event is sealed well within a second of its commit.
const EVERY: Duration = Duration::from_millis(250);
/// Events sealed in one transaction, so that writers never wait long.
const BATCH: i64 = 500;
/// A process notes the head in its log once a day.
const NOTED_EVERY: u32 = 4 * 60 * 60 * 24;

/// The head as an operator notes it elsewhere: `number:hash`.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex(&self.hash))
    }
}
impl FromStr for Head {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a head is written NUMBER:HASH".to_owned();
        let (number, hash) = text.split_once(':').ok_or_else(wrong)?;
        let number = number.parse().map_err(|_| wrong())?;
        let pairs = hash.as_bytes().chunks(2).map(|pair| {
            std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        });
        let hash = pairs.collect::<Option<Vec<u8>>>().ok_or_else(wrong)?;
        if hash.len() != 32 && number != 0 {
            return Err(wrong());
        }
        Ok(Self { number, hash })
    }
}

/// The end of the chain now.
pub async fn head(store: &Store) -> Result<Head, Error> {
    store.read(async |tx| store::head(tx).await).await
}

/// Seals what is committed and not sealed; how many. Of several processes one does it at a time.
pub async fn seal(store: &Store, keys: &Keys) -> Result<usize, Error> {
    if !store::any_unsealed(store).await? {
        return Ok(0);
    }
    store
        .write(async |tx| {
            let mut head = store::lock_head(tx).await?;
            let rows = store::list_unsealed(tx, BATCH).await?;
            for row in &rows {
                head.number += 1;
                let hash = keys.hash(&chained(&head, row).parts());
                head.hash = hash.to_vec();
                store::seal(tx, row.id, &head, keys.current_id()).await?;
            }
            store::move_head(tx, &head).await?;
            Ok(rows.len())
        })
        .await
}

/// Seals batch after batch until little is left, so that much at once does not wait for many beats.
pub async fn seal_all(store: &Store, keys: &Keys) -> Result<(), Error> {
    let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
    while seal(store, keys).await? == full {}
    Ok(())
}

/// Seals for as long as the process lives.
pub async fn run(store: Store, keys: Keys) {
    let store = store.counted_apart();
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut beats: u32 = 0;
    loop {
        beat.tick().await;
        if let Err(error) = seal_all(&store, &keys).await {
            tracing::warn!(%error, "events could not be sealed; trying again");
        }
        if beats == 0
            && let Ok(head) = head(&store).await
        {
            tracing::info!(%head, "the head of the event chain");
        }
        beats = (beats + 1) % NOTED_EVERY;
    }
}

/// What the hash of a row is taken over.
struct Chained(Vec<Vec<u8>>);
impl Chained {
    fn parts(&self) -> Vec<&[u8]> {
        self.0.iter().map(Vec::as_slice).collect()
    }
}
fn chained(head: &Head, row: &Row) -> Chained {
    fn text<T: fmt::Display>(value: Option<T>) -> Vec<u8> {
        value.map(|v| v.to_string()).unwrap_or_default().into_bytes()
    }
    Chained(vec![
        head.hash.clone(),
        head.number.to_be_bytes().to_vec(),
        row.id.to_string().into_bytes(),
        row.at.micros().to_be_bytes().to_vec(),
        row.kind.clone().into_bytes(),
        row.actor_kind.clone().into_bytes(),
        row.actor.clone().into_bytes(),
        text(row.party),
        text(row.system_id.as_ref()),
        text(row.request_id),
        text(row.system_user),
        canonical(&row.data.0).into_bytes(),
    ])
}

/// JSON with its members in order, so that both engines give the same text back.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.cmp(b.0));
            let inside: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", inside.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub head: Head,
    pub sealed: i64,
    pub unsealed: i64,
    /// Each place where the chain does not hold, in words.
    pub faults: Vec<String>,
}

/// Most faults that are listed one by one.
const MOST_FAULTS: usize = 20;

/// Goes through the whole chain, and holds it against a head that was noted elsewhere.
pub async fn verify(store: &Store, keys: &Keys, noted: Option<&Head>) -> Result<Verified, Error> {
    store
        .read(async |tx| {
            let kept = store::head(tx).await?;
            let unsealed = store::count_unsealed(tx).await?;
            let (mut head, mut sealed) = (Head { number: 0, hash: Vec::new() }, 0);
            let mut faults = Vec::new();
            let mut noted_seen = noted.is_none_or(|n| n.number == 0);
            loop {
                let rows = store::list_sealed(tx, head.number, BATCH).await?;
                if rows.is_empty() {
                    break;
                }
                for row in rows {
                    sealed += 1;
                    check(&row, &mut head, keys, &mut faults);
                    if noted.is_some_and(|n| n.number == head.number) {
                        noted_seen = true;
                        if noted != Some(&head) {
                            faults.push(format!("{}: not the hash that was noted", head.number));
                        }
                    }
                }
            }
            if head != kept {
                faults.push(format!("the chain ends at {head}, and the store says {kept}"));
            }
            if !noted_seen {
                faults.push("the noted head is not in the chain: its tail has been cut".to_owned());
            }
            faults.truncate(MOST_FAULTS);
            Ok(Verified { head, sealed, unsealed, faults })
        })
        .await
}

fn check(row: &Row, head: &mut Head, keys: &Keys, faults: &mut Vec<String>) {
    let number = row.number.unwrap_or_default();
    if number != head.number + 1 {
        faults.push(format!("{}: missing", head.number + 1));
    }
    head.number = number;
    let expected =
        row.key_id.as_deref().and_then(|key| keys.hash_by(key, &chained(head, row).parts()));
    match (expected, &row.hash) {
        (None, _) => faults.push(format!("{number}: sealed with a key that is not known")),
        (Some(hash), Some(kept)) if hash.as_slice() == kept.as_slice() => {}
        _ => faults.push(format!("{number}: changed since it was sealed")),
    }
    // Go on from what is kept, so that one edited row is one fault and not all that follow.
    head.hash = row.hash.clone().unwrap_or_default();
}
