//! What the public model says, written down once more: who gets which package by which role, old roles,
//! key roles. Nothing here is read from the product; a test compares the two, whole and both ways.
use std::{collections::BTreeSet, sync::LazyLock};

/// Roles whose holder acts with what the organisation itself has been given; of an IKS `DTPR` is none.
pub const KEY: [&str; 8] = ["DAGL", "LEDE", "INNH", "DTSO", "DTPR", "BEST", "BOBE", "KOMP"];
/// The container of what can only be given on.
pub const MAIN: &str = "hovedadministrator";
/// May be given to organisations and system users by nobody.
pub const NEVER: &str = "virksomhetens-representant-skjemaoppgaver";

/// The sets of roles that packages have. `*` gives nothing but the right to give on, `!` gives access and no
/// right to give on, `@` is followed by the forms of organisation that it holds for.
pub const SETS: [(&str, &str); 19] = [
    ("S1", "DAGL LEDE INNH DTSO DTPR KOMP BEST BOBE HADM*"),
    ("S2", "DAGL LEDE INNH DTSO DTPR KOMP BOBE HADM*"),
    ("S3", "DAGL LEDE INNH DTSO DTPR KOMP BEST HADM*"),
    ("S4", "DAGL LEDE INNH DTSO DTPR KOMP BEST BOBE KNUF REPR FFØR@NUF HADM*"),
    ("S5", "REGN!"),
    ("S6", "HADM*"),
    ("S7", "DAGL LEDE INNH DTSO DTPR KOMP BEST BOBE KNUF HADM*"),
    ("S8", "REVI!"),
    ("S9", "BOBE"),
    ("S10", "DAGL LEDE DTSO DTPR KOMP BEST BOBE KNUF REPR FFØR@NUF HADM*"),
    ("S11", "DAGL LEDE DTSO DTPR KOMP BEST BOBE HADM*"),
    ("S12", "DAGL INNH DTSO DTPR HADM*"),
    ("S13", "KNUF@NUF HADM*@NUF"),
    ("S14", "DAGL LEDE INNH DTSO DTPR BOBE"),
    ("S15", ""),
    ("S16", "DAGL LEDE INNH DTSO DTPR KOMP BEST BOBE KNUF REPR HADM*"),
    ("S17", "KNUF REPR FFØR@NUF"),
    ("S18", "FFØR@NUF"),
    ("S19", "FFØR!@BRL/ESEK"),
];

/// Old roles that policies name, and the register's roles that each follows from. `PRIV` is left out of
/// `ADMAI`: it is what a person is to themselves.
pub const OLD_ROLES: [(&str, &str); 10] = [
    ("ADMAI", "BEST BOBE DAGL DTPR DTSO FFØR INNH KEMN KNUF KOMK KOMP LEDE REPR SAM SREVA"),
    ("HADM", "BEST DAGL DTPR DTSO INNH LEDE"),
    ("KLADM", "BEST BOBE DAGL DTPR DTSO INNH KOMP LEDE REPR SREVA"),
    ("A0237", "REVI"),
    ("A0238", "REVI"),
    ("A0239", "REGN"),
    ("A0240", "REGN"),
    ("A0241", "REGN"),
    ("BOBEL", "BOBE"),
    ("BOBES", "BOBE"),
];
/// Old roles that let somebody manage access, and clients.
pub const MANAGES_ACCESS: [&str; 3] = ["ADMAI", "HADM", "BOBEL"];
pub const MANAGES_CLIENTS: [&str; 2] = ["KLADM", "HADM"];

/// What an accountant, an auditor and a business manager can pass on to a system user for a client of this
/// form; of any other relation it is what the client has given.
pub const CLIENT_PACKAGES: [(&str, &str, &str); 5] = [
    (
        "REGN",
        "*",
        "regnskapsforer-lonn regnskapsforer-med-signeringsrettighet regnskapsforer-uten-signeringsrettighet",
    ),
    ("REVI", "*", "ansvarlig-revisor revisormedarbeider"),
    ("FFØR", "ESEK", "forretningsforer-eiendom"),
    ("FFØR", "BRL", "forretningsforer-eiendom"),
    (
        "FFØR",
        "NUF",
        "a-ordning krav-og-utlegg lonn-personopplysninger-saerlig-kategori merverdiavgift oppgi-naermeste-leder saeravgifter skatt-naering skattegrunnlag tjenester-nuf",
    ),
];

/// One package of organisations.
pub struct Package {
    pub code: &'static str,
    pub set: &'static str,
    /// May be passed on for a client.
    pub delegable: bool,
    /// May be given directly.
    pub assignable: bool,
}
/// Every package of organisations: a set and its flags on a line, then its packages.
pub static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let (mut packages, mut set, mut flags) = (Vec::new(), "", "");
    for line in include_str!("facts.txt").lines() {
        if line.starts_with(' ') {
            packages.extend(line.split_whitespace().map(|code| Package {
                code,
                set,
                delegable: flags.starts_with('D'),
                assignable: flags.ends_with('A'),
            }));
        } else {
            (set, flags) = line.split_once(' ').unwrap();
        }
    }
    packages
});

/// What one role gives of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub role: &'static str,
    pub access: bool,
    pub delegate: bool,
    /// The forms of organisation that it holds for; empty is all.
    pub forms: BTreeSet<&'static str>,
}
impl Grant {
    fn of(text: &'static str) -> Self {
        let (role, forms) = text.split_once('@').unwrap_or((text, ""));
        let plain = role.trim_end_matches(['*', '!']);
        Self {
            role: if plain == "HADM" { MAIN } else { plain },
            access: !role.ends_with('*'),
            delegate: !role.ends_with('!'),
            forms: forms.split('/').filter(|form| !form.is_empty()).collect(),
        }
    }
    fn covers(&self, role: &str, form: &str) -> bool {
        self.role == role && (self.forms.is_empty() || self.forms.contains(form))
    }
}
/// What the set gives, role by role.
pub fn grants(set: &str) -> BTreeSet<Grant> {
    let (_, text) = SETS.iter().find(|(name, _)| *name == set).unwrap();
    text.split(' ').filter(|word| !word.is_empty()).map(Grant::of).collect()
}
pub fn package(code: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.code == code)
}
/// What a role at an organisation of this form gives of the package: access, and giving on.
pub fn gives(package: &str, role: &str, form: &str) -> (bool, bool) {
    static ALL: LazyLock<Vec<(&str, BTreeSet<Grant>)>> =
        LazyLock::new(|| SETS.iter().map(|(set, _)| (*set, grants(set))).collect());
    let Some(set) = self::package(package).map(|package| package.set) else {
        return (false, false);
    };
    let grants = ALL.iter().filter(|(name, _)| *name == set).flat_map(|(_, grants)| grants);
    let covering = grants.filter(|grant| grant.covers(role, form));
    covering.fold((false, false), |all, one| (all.0 || one.access, all.1 || one.delegate))
}
/// Whether the holder of a register role has an old one.
pub fn has_old(old: &str, role: &str) -> bool {
    OLD_ROLES.iter().any(|(name, from)| *name == old && from.split(' ').any(|one| one == role))
}
/// Whether a holder of the role has what is named, a role of the register or an old one.
pub fn is_role(named: &str, role: &str) -> bool {
    named == role || has_old(named, role)
}
/// Whether the role is a key role of an organisation of this form.
pub fn is_key(role: &str, form: &str) -> bool {
    KEY.contains(&role) && !(role == "DTPR" && form == "IKS")
}
