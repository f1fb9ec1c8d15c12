//! Headings of tables, as far as they tell in which column organisation numbers stand.

/// What a heading says of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Organisation numbers.
    Organisations,
    /// Numbers or names of something.
    Something,
}
impl Names {
    pub(super) fn of(heading: &str) -> Option<Self> {
        let letters: String = heading.chars().filter(|c| c.is_alphanumeric()).collect();
        let letters = letters.to_lowercase();
        let of_organisations = ["organisation", "organization", "organisasjons", "org"];
        let is_number = |word: &str| {
            matches!(word, "nr" | "no" | "nummer" | "number" | "num" | "id" | "identifier")
        };
        if of_organisations.iter().filter_map(|word| letters.strip_prefix(word)).any(is_number) {
            return Some(Self::Organisations);
        }
        let other = ["klient", "client", "kunde", "customer"];
        let stem = other.iter().find_map(|word| letters.strip_prefix(word)).unwrap_or(&letters);
        (is_number(stem) || matches!(stem, "" | "s" | "er")).then_some(Self::Something)
    }
}
