//! The settings of `import`: which register, from where, and how much may end.
use super::{Database, keys};
use crate::keys::Keys;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// A file that is imported, plain or packed with gzip.
#[derive(Debug, Clone, Args)]
pub struct ImportFile {
    /// The file, plain or packed with gzip.
    pub file: PathBuf,
    #[command(flatten)]
    pub store: Database,
    #[command(flatten)]
    pub limits: Limits,
    /// Seconds to wait for another import of the same store to end.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub wait: u64,
}
impl ImportFile {
    /// The file and the store, and everything else as the command has it by default.
    pub fn new(file: impl Into<PathBuf>, database: impl Into<String>) -> Self {
        let store = Database { database: database.into() };
        Self { file: file.into(), store, limits: Limits::default(), wait: 600 }
    }
}

/// How much an import may end.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// Per cent of what is live that may end without --yes; 0 is nothing at all.
    #[arg(long, value_name = "PERCENT", default_value = "1", value_parser = percent)]
    pub max_closed: f64,
    /// Ends however much the file ends, and passes over entries whose organisation is not known.
    #[arg(long)]
    pub yes: bool,
}
impl Default for Limits {
    fn default() -> Self {
        Self { max_closed: 1.0, yes: false }
    }
}
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim_end().parse().ok();
    number
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "per cent is a number from 0 to 100".into())
}

#[derive(Debug, Clone, Args)]
pub struct Register {
    #[command(flatten)]
    pub from: ImportFile,
    /// The file is all there is: what it does not name ends too.
    #[arg(long)]
    pub complete: bool,
}
/// A file of lines, which says its end.
#[derive(Debug, Clone, Args)]
pub struct EndMark {
    /// Takes a file without the last line `#end;N`, where N is the number of its lines.
    #[arg(long)]
    pub no_end_mark: bool,
}
#[derive(Debug, Clone, Args)]
pub struct People {
    #[command(flatten)]
    pub register: Register,
    #[command(flatten)]
    pub end: EndMark,
    /// File with the keys that national numbers are hashed with, as for `serve`. Or the keys
    /// themselves in `SYSTEMBRUKER_NUMBER_KEYS`.
    #[arg(long, env = "SYSTEMBRUKER_NUMBER_KEYS_FILE")]
    pub number_keys_file: Option<PathBuf>,
    /// Takes synthetic national numbers and no others; `=false` takes real ones and no others. Without
    /// it, those that the store is served with; real ones where it never was.
    #[arg(
        long,
        env = "SYSTEMBRUKER_ALLOW_SYNTHETIC",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub allow_synthetic: Option<bool>,
}
#[derive(Debug, Clone, Args)]
pub struct NumberChanges {
    #[command(flatten)]
    pub from: ImportFile,
    #[command(flatten)]
    pub end: EndMark,
    /// File with the keys that national numbers are hashed with, as for `serve`. Or the keys
    /// themselves in `SYSTEMBRUKER_NUMBER_KEYS`.
    #[arg(long, env = "SYSTEMBRUKER_NUMBER_KEYS_FILE")]
    pub number_keys_file: Option<PathBuf>,
    /// As for `persons`.
    #[arg(
        long,
        env = "SYSTEMBRUKER_ALLOW_SYNTHETIC",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub allow_synthetic: Option<bool>,
}
#[derive(Debug, Clone, Args)]
pub struct AccessLists {
    #[command(flatten)]
    pub from: ImportFile,
    #[command(flatten)]
    pub end: EndMark,
}
#[derive(Debug, Clone, Args)]
pub struct Updates {
    #[command(flatten)]
    pub from: ImportFile,
    /// The folder with the organisations' present objects, one `{orgNo}.json` each.
    #[arg(long, value_name = "DIR")]
    pub objects: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Organisations: a JSON array of Brønnøysund's `enhet`.
    Units(Register),
    /// Sub-units, after the units that they belong to: a JSON array of Brønnøysund's `underenhet`.
    SubUnits(Register),
    /// Roles that organisations hold: Brønnøysund's JSON array of `rollegrupper`.
    Roles(Register),
    /// People and their roles: lines of `pid;name;orgNo;role`, or JSON with these names; also
    /// `formerPid` and `dead`. The last line
    /// is `#end;N`, with the number of lines before it.
    Persons(People),
    /// People whose national number has changed: lines of `formerPid;pid`, or JSON with these names.
    NumberChanges(NumberChanges),
    /// Packages given: lines of `fromOrgNo;to;package`, or JSON; `to` is a person or an organisation.
    /// The last line is `#end;N`, with the number of lines before it.
    Grants(People),
    /// Services: the registry's JSON array, each with `opens` and `minLevel`; one that has `deleted` is
    /// taken out.
    Resources(Register),
    /// Who is let in to a service: lines of `resource;orgNo;actions`, or JSON; the last line is `#end;N`,
    /// with the number of lines before it.
    AccessLists(AccessLists),
    /// Changes: Brønnøysund's update feed, with the objects that it names in a folder.
    Updates(Updates),
}
impl Import {
    /// What the command calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Units(_) => "units",
            Self::SubUnits(_) => "sub-units",
            Self::Roles(_) => "roles",
            Self::Persons(_) => "persons",
            Self::NumberChanges(_) => "number-changes",
            Self::Grants(_) => "grants",
            Self::Resources(_) => "resources",
            Self::AccessLists(_) => "access-lists",
            Self::Updates(_) => "updates",
        }
    }
    /// Returns the keys that national numbers are hashed with, where the file has any.
    pub fn number_keys(&self) -> Result<Option<Keys>, String> {
        let file = match self {
            Self::Persons(it) | Self::Grants(it) => it.number_keys_file.as_ref(),
            Self::NumberChanges(it) => it.number_keys_file.as_ref(),
            _ => return Ok(None),
        };
        keys("number", file).map(Some)
    }
    /// Where from, and to which store.
    pub fn from(&self) -> &ImportFile {
        match self {
            Self::Units(it) | Self::SubUnits(it) | Self::Roles(it) | Self::Resources(it) => {
                &it.from
            }
            Self::Persons(it) | Self::Grants(it) => &it.register.from,
            Self::NumberChanges(it) => &it.from,
            Self::AccessLists(it) => &it.from,
            Self::Updates(it) => &it.from,
        }
    }
}
