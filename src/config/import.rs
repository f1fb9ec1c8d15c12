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
}

/// What may end when the file has been read to its end.
#[derive(Debug, Clone, Args)]
pub struct Ending {
    /// The file is all there is: what it does not name ends too.
    #[arg(long)]
    pub complete: bool,
    /// With --complete: per cent of what is live that may end without --yes.
    #[arg(long, value_name = "PERCENT", default_value = "1", value_parser = percent)]
    pub max_closed: f64,
    /// More may end, and entries that name no organisation are passed over.
    #[arg(long)]
    pub yes: bool,
}
impl Default for Ending {
    fn default() -> Self {
        Self { complete: false, max_closed: 1.0, yes: false }
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
    #[command(flatten)]
    pub ending: Ending,
}
#[derive(Debug, Clone, Args)]
pub struct People {
    #[command(flatten)]
    pub register: Register,
    /// File with the keys that national numbers are hashed with, as for `serve`. Or the keys
    /// themselves in `SYSTEMBRUKER_NUMBER_KEYS`.
    #[arg(long, env = "SYSTEMBRUKER_NUMBER_KEYS_FILE")]
    pub number_keys_file: Option<PathBuf>,
}
impl People {
    pub fn number_keys(&self) -> Result<Keys, String> {
        keys("number", self.number_keys_file.as_ref())
    }
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
    /// People and their roles: lines of `pid;name;orgNo;role`, or JSON with these names.
    Persons(People),
    /// Packages given: lines of `fromOrgNo;to;package`, or JSON; `to` is a person or an organisation.
    Grants(People),
    /// Services: the registry's JSON array, each with `opens` and `minLevel`.
    Resources(ImportFile),
    /// Who is let in to a service: lines of `resource;orgNo;actions`, or JSON.
    AccessLists(ImportFile),
    /// Changes: Brønnøysund's update feed, with the objects that it names in a folder.
    Updates(Updates),
}
impl Import {
    /// Where from, and to which store.
    pub fn from(&self) -> &ImportFile {
        match self {
            Self::Units(it) | Self::SubUnits(it) | Self::Roles(it) => &it.from,
            Self::Persons(it) | Self::Grants(it) => &it.register.from,
            Self::Resources(it) | Self::AccessLists(it) => it,
            Self::Updates(it) => &it.from,
        }
    }
}
