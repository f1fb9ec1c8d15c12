//! Old roles that policies still name, and the register roles that each follows from.

/// Each old role with the codes of those who have it.
const FOLLOWS: [(&str, &[&str]); 10] = [
    (
        "ADMAI",
        &[
            "BEST", "BOBE", "DAGL", "DTPR", "DTSO", "FFØR", "INNH", "KEMN", "KNUF", "KOMK", "KOMP",
            "LEDE", "REPR", "SAM", "SREVA",
        ],
    ),
    ("HADM", &["BEST", "DAGL", "DTPR", "DTSO", "INNH", "LEDE"]),
    ("KLADM", &["BEST", "BOBE", "DAGL", "DTPR", "DTSO", "INNH", "KOMP", "LEDE", "REPR", "SREVA"]),
    ("A0237", &["REVI"]),
    ("A0238", &["REVI"]),
    ("A0239", &["REGN"]),
    ("A0240", &["REGN"]),
    ("A0241", &["REGN"]),
    ("BOBEL", &["BOBE"]),
    ("BOBES", &["BOBE"]),
];

/// Whether who holds the role `held` has the role `asked`: the same, or an old one that follows.
pub fn includes(held: &str, asked: &str) -> bool {
    let follows = || FOLLOWS.iter().find(|(old, _)| *old == asked);
    held == asked || follows().is_some_and(|(_, from)| from.contains(&held))
}
