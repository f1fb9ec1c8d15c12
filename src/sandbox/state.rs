//! What the sandbox remembers: keys, people, organisations and clients in one file, which survives
//! a restart; logins under way and codes in memory, which need not.
use super::{
    jose::{OwnKey, SigningKey, generate_pem},
    random,
    world::{Organisation, Person, System, World},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
};

/// What is written to `sandbox.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    keys: KeyTexts,
    pub portal_client: PortalClient,
    /// Makes a person's `sub` at the provider say nothing about their number.
    pub pairwise_secret: String,
    #[serde(default)]
    pub people: Vec<Person>,
    #[serde(default)]
    pub organisations: Vec<Organisation>,
    #[serde(default)]
    pub clients: Vec<Client>,
    /// The Maskinporten client id that each of the demo world's systems is registered with.
    #[serde(default)]
    pub system_clients: BTreeMap<String, String>,
    #[serde(default)]
    own_keys: OwnKeyTexts,
}

/// The private keys of those whom the sandbox plays; empty until they are made.
#[derive(Serialize, Deserialize, Default)]
struct OwnKeyTexts {
    smartcloud: String,
    skatteetaten: String,
}

/// The three issuers' private keys as PEM.
#[derive(Serialize, Deserialize, Clone)]
struct KeyTexts {
    idporten: String,
    maskinporten: String,
    platform: String,
}

#[derive(Serialize, Deserialize)]
pub struct PortalClient {
    pub id: String,
    pub secret: String,
}

/// A Maskinporten client: who it speaks for, what it may ask for, and the key it signs with.
#[derive(Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    #[serde(rename = "clientId")]
    pub id: String,
    pub org_no: crate::ids::OrgNo,
    pub scopes: Vec<String>,
    pub jwk: serde_json::Value,
}

/// The three issuers' keys, and those of the vendor and the service owner, ready to sign.
pub struct Keys {
    pub idporten: SigningKey,
    pub maskinporten: SigningKey,
    pub platform: SigningKey,
    /// What the vendor proves itself to Maskinporten with.
    pub smartcloud: OwnKey,
    /// What the service owner signs its platform tokens with.
    pub skatteetaten: OwnKey,
}

/// What lives until its time is out: each with the second at which it ends.
#[derive(Default)]
pub struct Passing {
    pub logins: Expiring<super::provider::Login>,
    pub codes: Expiring<super::provider::Code>,
    /// The provider's sessions by their cookie: the `sid`s that were given in them.
    pub sessions: Expiring<Vec<super::provider::Session>>,
    /// Assertions that were used, by client and `jti`.
    pub assertions: Expiring<()>,
}

/// A table whose rows end by themselves.
pub struct Expiring<T>(HashMap<String, (i64, T)>);

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
impl<T> Expiring<T> {
    /// Remembers it until then; whether the key was free.
    pub fn put(&mut self, key: String, value: T, now: i64, until: i64) -> bool {
        self.0.retain(|_, (ends, _)| *ends > now);
        self.0.insert(key, (until, value)).is_none()
    }
    /// Takes it out: it cannot be taken twice.
    pub fn take(&mut self, key: &str, now: i64) -> Option<T> {
        self.0.remove(key).filter(|(ends, _)| *ends > now).map(|(_, value)| value)
    }
}

pub struct State {
    file: PathBuf,
    keys: Keys,
    kept: Mutex<Kept>,
    passing: Mutex<Passing>,
}

impl State {
    /// Reads the file in the folder, or makes both; the demo world's people are always there.
    pub fn open(folder: &Path, world: &World) -> Result<Self, String> {
        let file = folder.join("sandbox.json");
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let mut kept = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| told(&error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => fresh()?,
            Err(error) => return Err(told(&error)),
        };
        for organisation in world.organisations.iter().rev() {
            if !kept.organisations.iter().any(|one| one.org_no == organisation.org_no) {
                kept.organisations.insert(0, organisation.clone());
            }
        }
        for person in world.people.iter().rev() {
            if !kept.people.iter().any(|one| one.pid == person.pid) {
                kept.people.insert(0, person.clone());
            }
        }
        for system in &world.systems {
            let client = || uuid::Uuid::new_v4().to_string();
            kept.system_clients.entry(system.id.clone()).or_insert_with(client);
        }
        let keys = keys(&mut kept).map_err(|error| told(&error))?;
        register_vendor(&mut kept, &keys.smartcloud, world);
        fs::create_dir_all(folder).map_err(|error| told(&error))?;
        save(&file, &kept).map_err(|error| told(&error))?;
        let (kept, passing) = (Mutex::new(kept), Mutex::default());
        Ok(Self { file, keys, kept, passing })
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }
    pub fn read<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&lock(&self.kept))
    }
    /// Changes what is kept, and writes it before anybody else sees it.
    pub fn change<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> Result<T, String> {
        let mut kept = lock(&self.kept);
        let answer = change(&mut kept);
        save(&self.file, &kept).map_err(|error| format!("{}: {error}", self.file.display()))?;
        Ok(answer)
    }
    pub fn passing(&self) -> MutexGuard<'_, Passing> {
        lock(&self.passing)
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fresh() -> Result<Kept, String> {
    Ok(Kept {
        keys: key_texts()?,
        portal_client: PortalClient { id: "systembruker-portal".into(), secret: random(32) },
        pairwise_secret: random(32),
        people: Vec::new(),
        organisations: Vec::new(),
        clients: Vec::new(),
        system_clients: BTreeMap::new(),
        own_keys: OwnKeyTexts::default(),
    })
}

/// All keys, ready to sign; the small ones are made where they are missing.
fn keys(kept: &mut Kept) -> Result<Keys, String> {
    for text in [&mut kept.own_keys.smartcloud, &mut kept.own_keys.skatteetaten] {
        if text.is_empty() {
            *text = OwnKey::generate()?;
        }
    }
    Ok(Keys {
        idporten: SigningKey::from_pem(&kept.keys.idporten)?,
        maskinporten: SigningKey::from_pem(&kept.keys.maskinporten)?,
        platform: SigningKey::from_pem(&kept.keys.platform)?,
        smartcloud: OwnKey::from_text(&kept.own_keys.smartcloud)?,
        skatteetaten: OwnKey::from_text(&kept.own_keys.skatteetaten)?,
    })
}

/// The clients of the demo world's systems at Maskinporten, all with the vendor's key.
fn register_vendor(kept: &mut Kept, key: &OwnKey, world: &World) {
    for (system, id) in &kept.system_clients {
        let vendor = world.systems.iter().find(|one| one.id == *system).and_then(System::vendor);
        let Some(org_no) = vendor else { continue };
        let client = Client { id: id.clone(), org_no, scopes: world.scopes(), jwk: key.jwk() };
        kept.clients.retain(|one| one.id != *id);
        kept.clients.push(client);
    }
}

/// New keys, made at once and once in a process: each takes seconds in a debug build, and folders
/// that are begun by the same process belong to the same outside world.
fn key_texts() -> Result<KeyTexts, String> {
    static MADE: OnceLock<Result<KeyTexts, String>> = OnceLock::new();
    let make = || {
        thread::scope(|scope| {
            let [one, two, three] = [(); 3].map(|()| scope.spawn(generate_pem));
            let key = |thread: thread::ScopedJoinHandle<'_, Result<String, String>>| {
                thread.join().unwrap_or_else(|_| Err("an RSA key could not be made".into()))
            };
            Ok(KeyTexts { idporten: key(one)?, maskinporten: key(two)?, platform: key(three)? })
        })
    };
    MADE.get_or_init(make).clone()
}

/// Writes beside and renames, so that a fall in the middle leaves the old file whole. The file holds
/// keys: only its owner may read it.
fn save(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let beside = file.with_extension("json.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(&beside)?;
    open.write_all(&serde_json::to_vec_pretty(kept)?)?;
    open.sync_all()?;
    fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::world;

    #[test]
    fn a_restart_goes_on_with_the_same_keys_and_people() {
        let folder = tempfile::tempdir().unwrap();
        let world = world::demo().unwrap();
        let first = State::open(folder.path(), &world).unwrap();
        let mut newcomer = world.people[0].clone();
        newcomer.pid = "02929012332".into();
        first.change(|kept| kept.people.push(newcomer)).unwrap();
        let second = State::open(folder.path(), &world).unwrap();
        assert_eq!(first.keys().idporten.jwk(), second.keys().idporten.jwk());
        assert_eq!(second.read(|kept| kept.people.len()), world.people.len() + 1);
        assert_eq!(
            first.read(|kept| kept.system_clients.clone()),
            second.read(|kept| kept.system_clients.clone())
        );
        assert_eq!(first.keys().smartcloud.jwk(), second.keys().smartcloud.jwk());
        assert_eq!(second.read(|kept| kept.clients.len()), world.systems.len());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        State::open(folder.path(), &world::demo().unwrap()).unwrap();
        let mode = fs::metadata(folder.path().join("sandbox.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone_and_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sandbox.json"), "{").unwrap();
        let error = State::open(folder.path(), &world::demo().unwrap()).err().unwrap();
        assert!(error.contains("sandbox.json"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("sandbox.json")).unwrap(), "{");
    }

    #[test]
    fn what_has_run_out_cannot_be_taken_and_nothing_can_twice() {
        let mut table = Expiring::default();
        assert!(table.put("a".into(), 1, 100, 160));
        assert!(!table.put("a".into(), 2, 100, 160));
        assert_eq!(table.take("a", 160), None);
        table.put("b".into(), 3, 100, 160);
        assert_eq!((table.take("b", 159), table.take("b", 159)), (Some(3), None));
    }
}
