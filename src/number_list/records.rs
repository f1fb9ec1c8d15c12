//! Tables as text: records and their cells, by semicolons, tabs or commas, with or without quotes.

/// A text cut into records, each with the line that it begins on, and those into cells.
pub(super) struct Records<'t> {
    rest: &'t str,
    line: u32,
    separator: Option<char>,
}
impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text, line: 1, separator: None }
    }
    /// What separates cells is what is found first: the likeliest of what its line has.
    fn find_separator(&mut self) {
        if self.separator.is_none() {
            let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
            let line = self.rest.get(..end).unwrap_or_default();
            let mut quoted = false;
            let open: String = line
                .chars()
                .filter(|c| {
                    quoted ^= *c == '"';
                    !quoted
                })
                .collect();
            self.separator = [';', '\t', ','].into_iter().find(|c| open.contains(*c));
        }
    }
    fn step(&mut self, by: usize) {
        self.rest = self.rest.get(by..).unwrap_or_default();
    }
    /// Takes one line break, if one is here.
    fn take_break(&mut self) -> bool {
        let length = match self.rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.step(length);
        self.line = self.line.saturating_add(1);
        true
    }
    /// A cell in quotes, if it is closed again; its lines count.
    fn quoted(&mut self) -> Option<String> {
        let inside = self.rest.strip_prefix('"')?;
        let (mut cell, mut from) = (String::new(), 0);
        loop {
            let at = from + inside.get(from..)?.find('"')?;
            cell.push_str(inside.get(from..at)?);
            from = at + 1;
            if !inside.get(from..)?.starts_with('"') {
                break;
            }
            cell.push('"');
            from += 1;
        }
        let breaks = cell.matches('\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.step(from + 1);
        Some(cell)
    }
    fn cell(&mut self) -> String {
        let mut cell = self.quoted().unwrap_or_default();
        let ends = |c: char| matches!(c, '\n' | '\r') || Some(c) == self.separator;
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        cell.push_str(self.rest.get(..end).unwrap_or_default());
        self.step(end);
        cell
    }
}
impl Iterator for Records<'_> {
    type Item = (u32, Vec<String>);
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.find_separator();
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell());
            if self.take_break() || self.rest.is_empty() {
                return Some((line, cells));
            }
            // Nothing else ends a cell.
            self.step(self.separator.map_or(1, char::len_utf8));
        }
    }
}
