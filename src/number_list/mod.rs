//! Lists of organisation numbers as people paste and upload them: one to a line or several, as a
//! column of a table, with a heading or without, with blanks in the numbers. What cannot be read is
//! named by its line, and never kept: a line may hold what nobody meant to send.
mod heading;
mod records;

use crate::ids::OrgNo;
use heading::Names;
use records::Records;
use std::collections::HashSet;

/// Longest list that is taken, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Most numbers in a list.
pub const MOST_NUMBERS: usize = 100_000;
/// Most lines that are named one by one.
const MOST_NAMED: usize = 200;

/// What a list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberList {
    /// Each number once, with the line that it stands on first.
    pub numbers: Vec<(u32, OrgNo)>,
    /// How many stood there again.
    pub repeated: u64,
    /// Lines without a number that can be read; the first of them.
    pub faults: Vec<Fault>,
    /// How many such lines there are.
    pub fault_count: u64,
}

/// A line that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub line: u32,
    pub why: Why,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No nine digits.
    NoNumber,
    /// Nine digits whose last does not fit the others.
    CheckDigit,
}

/// Why a whole list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is nothing in the list")]
    Empty,
    #[error("line {line} is not UTF-8")]
    Encoding { line: u32 },
    #[error("there are more than {MOST_NUMBERS} numbers")]
    TooMany,
    #[error("the list is longer than 10 MB")]
    TooLong,
}

/// Reads a list.
pub fn read(bytes: &[u8]) -> Result<NumberList, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::TooLong);
    }
    let text = decoded(bytes)?;
    let mut reading = Reading::default();
    for (line, cells) in Records::new(text) {
        reading.record(line, &cells)?;
    }
    let list = reading.list;
    if list.numbers.is_empty() && list.fault_count == 0 { Err(Refusal::Empty) } else { Ok(list) }
}

/// The text, without the mark that some programs begin UTF-8 with. Two-byte encodings show by their
/// NULs.
fn decoded(bytes: &[u8]) -> Result<&str, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wrong = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.split(|b| *b == b'\n').count();
        Refusal::Encoding { line: u32::try_from(line).unwrap_or(u32::MAX) }
    };
    let text = std::str::from_utf8(bytes).map_err(|e| wrong(e.valid_up_to()))?;
    match text.find('\0') {
        Some(at) => Err(wrong(at)),
        None => Ok(text),
    }
}

/// What is known of the list so far.
#[derive(Default)]
struct Reading {
    list: NumberList,
    seen: HashSet<OrgNo>,
    begun: bool,
    /// The column that numbers stand in, once that is known.
    column: Option<usize>,
    /// Whether a heading said so, in so many words.
    named: bool,
    /// A heading names the columns of a table; those that it says may hold numbers come first.
    columns: Vec<usize>,
}
impl Reading {
    fn record(&mut self, line: u32, cells: &[String]) -> Result<(), Refusal> {
        if cells.iter().all(|cell| cell.trim_matches(is_blank).is_empty()) {
            return Ok(());
        }
        if !std::mem::replace(&mut self.begun, true) && self.is_heading(cells) {
            return Ok(());
        }
        let mut found = Vec::new();
        if self.named {
            let cell = self.column.and_then(|column| cells.get(column));
            found.extend(cell.into_iter().flat_map(|cell| numbers_in(cell)));
        } else {
            found = self.unnamed(cells);
        }
        let mut why = Some(Why::NoNumber);
        for digits in found {
            if let Ok(number) = digits.parse::<OrgNo>() {
                if why != Some(Why::CheckDigit) {
                    why = None;
                }
                self.add(line, number)?;
            } else {
                why = Some(Why::CheckDigit);
            }
        }
        if let Some(why) = why {
            self.list.fault_count += 1;
            if self.list.faults.len() < MOST_NAMED {
                self.list.faults.push(Fault { line, why });
            }
        }
        Ok(())
    }
    /// A list on one line is all of them; in a table the numbers stand in the column of the first.
    fn unnamed(&mut self, cells: &[String]) -> Vec<String> {
        let each: Vec<Vec<String>> = cells.iter().map(|cell| numbers_in(cell)).collect();
        let filled =
            |at: usize| cells.get(at).is_some_and(|c| !c.trim_matches(is_blank).is_empty());
        let is_table = !self.columns.is_empty();
        if !is_table && each.iter().enumerate().all(|(at, found)| !found.is_empty() || !filled(at))
        {
            return each.into_iter().flatten().collect();
        }
        let right = |found: &[String]| found.iter().any(|n| n.parse::<OrgNo>().is_ok());
        let first = |fits: &dyn Fn(&[String]) -> bool| {
            let mut all = self.columns.iter().copied().chain(0..each.len());
            all.find(|at| each.get(*at).is_some_and(|found| fits(found)))
        };
        if self.column.is_none() {
            self.column = first(&right);
        }
        let column = self.column.or_else(|| first(&|found| !found.is_empty()));
        column.and_then(|column| each.into_iter().nth(column)).unwrap_or_default()
    }
    fn is_heading(&mut self, cells: &[String]) -> bool {
        if cells.iter().any(|cell| cell.chars().any(|c| c.is_ascii_digit())) {
            return false;
        }
        let names: Vec<Option<Names>> = cells.iter().map(|cell| Names::of(cell)).collect();
        self.column = names.iter().position(|name| *name == Some(Names::Organisations));
        self.named = self.column.is_some();
        // A number of something may be a customer's: which column it is, the first row shows.
        let (some, none): (Vec<usize>, Vec<usize>) =
            (0..cells.len()).partition(|at| names.get(*at).is_some_and(Option::is_some));
        let is_heading = !some.is_empty() || cells.len() > 1;
        if cells.len() > 1 {
            self.columns = [some, none].concat();
        }
        is_heading
    }
    fn add(&mut self, line: u32, number: OrgNo) -> Result<(), Refusal> {
        if !self.seen.insert(number.clone()) {
            self.list.repeated += 1;
            return Ok(());
        }
        if self.list.numbers.len() == MOST_NUMBERS {
            return Err(Refusal::TooMany);
        }
        self.list.numbers.push((line, number));
        Ok(())
    }
}

/// Blanks of all widths, and what is as good as none.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}
/// The runs of nine digits that a cell consists of; none where there is anything else in it. `NO` and
/// `MVA` around a number, and an apostrophe before it, are customs that mean nothing here.
fn numbers_in(cell: &str) -> Vec<String> {
    let cell = cell.trim_matches(is_blank);
    let cell = cell.strip_prefix('\'').unwrap_or(cell);
    let cell = without(cell, |c| c.get(..2).filter(|p| p.eq_ignore_ascii_case("no")).map(|_| 2..));
    let cell = cell.trim_matches(is_blank);
    let end = cell.len().checked_sub(3);
    let mva = end.and_then(|at| Some((at, cell.get(at..)?)));
    let cell = match mva {
        Some((at, word)) if word.eq_ignore_ascii_case("mva") => cell.get(..at).unwrap_or(cell),
        _ => cell,
    };
    let words: Vec<&str> = cell.split(is_blank).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || !words.iter().all(|word| word.bytes().all(|b| b.is_ascii_digit())) {
        return Vec::new();
    }
    if words.iter().all(|word| word.len() == 9) {
        return words.into_iter().map(ToOwned::to_owned).collect();
    }
    let joined = words.concat();
    if joined.len() == 9 { vec![joined] } else { Vec::new() }
}
fn without(cell: &str, prefix: impl Fn(&str) -> Option<std::ops::RangeFrom<usize>>) -> &str {
    prefix(cell).and_then(|rest| cell.get(rest)).unwrap_or(cell)
}
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: &str = "310904473";
    const B: &str = "313555011";
    const C: &str = "317770014";

    fn numbers(text: &str) -> Vec<String> {
        let list = read(text.as_bytes()).unwrap();
        assert_eq!(list.faults, [], "{text:?}");
        list.numbers.into_iter().map(|(_, number)| number.to_string()).collect()
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for text in [
            "310904473\n313555011",
            "310904473\r\n313555011\r\n",
            "310904473\r313555011\r",
            "\u{feff}310904473\n\n\n  313555011  \n",
            "310 904 473\n313\u{a0}555\u{a0}011",
            "310\u{202f}904\u{202f}473\n313\u{2009}555\u{2009}011\u{200b}",
            "310904473;313555011",
            "310904473, 313555011,",
            "310904473 313555011",
            "310904473\t313555011",
            "NO 310 904 473 MVA\nno313555011mva",
            "'310904473\n\"313555011\"",
            "orgnr\n310904473\n313555011",
            "Organisasjonsnummer\n310904473\n313555011",
            "\"Org.nr\";\"Navn\"\n\"310904473\";\"Rør; og \"\"Vann\"\" AS\"\n313555011;Bø",
            "navn,orgno\n\"Rør, og\nVann AS\",310904473\nBø AS,313555011",
            "Kundenr;Navn;Orgnr\n1001;Rør og Vann AS;310904473\n1002;Bø AS;313555011",
            "Klient;Organisasjonsnummer\nRør og Vann AS;310 904 473\nBø AS;313 555 011",
            "Nr;Klient;Sted\n1;310904473;Bø\n2;313555011;Ås",
            "Nr\n310904473\n313555011",
            "Klientnummer;Regnskapsfører\n310904473;314250052\n313555011;314250052",
            "Regnskapsfører;Klient\n314250052;310904473\n314250052;313555011",
            "Hovedenhet;Navn;Klient\n314250052;Rør;310904473\n314250052;Bø;313555011",
            "Kundenummer;Kunde\n310904473;Rør og Vann AS\n313555011;Bø AS",
            "Organization ID,Name\n310904473,a\n313555011,b",
            "Navn;Sted\nRør og Vann;Bø\n310904473;x\n313555011;y",
            "Rør og Vann AS;310904473;AS\nBø;313555011;ENK",
            "310904473;999999999 x\n313555011;",
        ] {
            let list = read(text.as_bytes()).unwrap();
            let found: Vec<&str> = list.numbers.iter().map(|(_, n)| n.as_str()).collect();
            assert_eq!(found, [A, B], "{text:?}");
        }
        assert_eq!(numbers(&format!("{A},{B}\n{C}")), [A, B, C]);
    }

    #[test]
    fn bad_lines_are_named_and_repeats_counted() {
        let text =
            "orgnr;navn\n310904473;a\n\nx;b\n310904474;c\n 310 904 473 ;d\n3109044731;e\n;f\n";
        let list = read(text.as_bytes()).unwrap();
        let fault = |line, why| Fault { line, why };
        assert_eq!(
            list.faults,
            [
                fault(4, Why::NoNumber),
                fault(5, Why::CheckDigit),
                fault(7, Why::NoNumber),
                fault(8, Why::NoNumber)
            ]
        );
        assert_eq!((list.fault_count, list.repeated), (4, 1));
        assert_eq!(list.numbers, [(2, A.parse().unwrap())]);
        // A first line without a number is a heading only if it looks like one.
        assert_eq!(read(b"tull\n310904473").unwrap().faults, [fault(1, Why::NoNumber)]);
        // A quote that is never closed swallows nothing.
        let open = read(b"\"310904473\n313555011\n").unwrap();
        assert_eq!((open.faults, open.numbers.len()), (vec![fault(1, Why::NoNumber)], 1));
        let many = "x1\n".repeat(1_000);
        let many = read(many.as_bytes()).unwrap();
        assert_eq!((many.faults.len(), many.fault_count), (MOST_NAMED, 1_000));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for empty in ["", "\u{feff}", "\n \n;;\n", "orgnr\n"] {
            assert_eq!(read(empty.as_bytes()), Err(Refusal::Empty), "{empty:?}");
        }
        assert_eq!(read(b"310904473\nR\xf8r;313555011"), Err(Refusal::Encoding { line: 2 }));
        let wide: Vec<u8> = A.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide), Err(Refusal::Encoding { line: 1 }));
        assert_eq!(read(&[&b"\xff\xfe"[..], &wide].concat()), Err(Refusal::Encoding { line: 1 }));
        assert_eq!(read(&vec![b'1'; MOST_BYTES + 1]), Err(Refusal::TooLong));
        let lines = |n: usize| made_up().take(n).collect::<Vec<_>>().join("\n");
        assert_eq!(read(lines(MOST_NUMBERS).as_bytes()).unwrap().numbers.len(), MOST_NUMBERS);
        assert_eq!(read(lines(MOST_NUMBERS + 1).as_bytes()), Err(Refusal::TooMany));
    }

    #[test]
    fn a_long_list_of_one_thing_is_read_through_once() {
        // Would take minutes if a quote that is never closed were looked for again and again.
        for unit in ["\"", "a\"\n", ";", "310904473;", "\"\n", "\r", "\u{a0}"] {
            let text = unit.repeat(MOST_BYTES / 16 / unit.len());
            let _ = read(text.as_bytes());
        }
    }

    /// Organisation numbers, one after the other.
    fn made_up() -> impl Iterator<Item = String> {
        (31_000_000_u32..).filter_map(|body| {
            let text = body.to_string();
            (0..10).map(|d| format!("{text}{d}")).find(|n| n.parse::<OrgNo>().is_ok())
        })
    }

    /// How a number may be written.
    fn written(number: &str, style: u8) -> String {
        let (a, b, c) = (&number[..3], &number[3..6], &number[6..]);
        match style % 6 {
            0 => number.to_owned(),
            1 => format!("{a} {b} {c}"),
            2 => format!("{a}\u{a0}{b}\u{a0}{c}"),
            3 => format!("\"{number}\""),
            4 => format!(" {number}\t "),
            _ => format!("NO{number}MVA"),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            picks in prop::collection::vec((0_usize..40, any::<u8>(), any::<bool>()), 1..60),
            (bom, crlf, heading, names) in any::<(bool, bool, bool, bool)>(),
        ) {
            let all: Vec<String> = made_up().take(40).collect();
            let mut text = String::from(if bom { "\u{feff}" } else { "" });
            let end = if crlf { "\r\n" } else { "\n" };
            let mut expected: Vec<&str> = Vec::new();
            if heading {
                text.push_str(if names { "Navn;Org.nr." } else { "Org.nr." });
                text.push_str(end);
            }
            for (pick, style, blank) in &picks {
                let number = &all[*pick];
                if !expected.contains(&number.as_str()) {
                    expected.push(number);
                }
                if names {
                    text.push_str("\"Rør; \"\"Vann\"\", AS\";");
                }
                // A tab is a separator where nothing else is.
                text.push_str(written(number, *style).replace('\t', "").as_str());
                text.push_str(end);
                if *blank {
                    text.push_str(end);
                }
            }
            let list = read(text.as_bytes()).unwrap();
            let found: Vec<&str> = list.numbers.iter().map(|(_, n)| n.as_str()).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(list.fault_count, 0);
            prop_assert_eq!(usize::try_from(list.repeated).unwrap(), picks.len() - expected.len());
        }

        #[test]
        fn anything_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn every_line_is_a_number_a_fault_or_empty(
            lines in prop::collection::vec("[0-9a-zæ \";,]{0,12}", 1..30),
        ) {
            let text = lines.join("\n");
            if let Ok(list) = read(text.as_bytes()) {
                let filled = lines.len();
                prop_assert!(usize::try_from(list.fault_count).unwrap() <= filled);
                for fault in &list.faults {
                    prop_assert!(usize::try_from(fault.line).unwrap() <= filled);
                }
                for (line, _) in &list.numbers {
                    prop_assert!(usize::try_from(*line).unwrap() <= filled);
                }
            }
        }
    }
}
