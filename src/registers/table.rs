//! Lines of values with a semicolon between, or of JSON with the same names.
use super::feed::Refusal;
use serde_json::Value;

/// Reads the lines of one file. A first line that holds the names themselves gives their order.
pub struct Table {
    names: Vec<&'static str>,
    /// How many of the names, the first ones, every line has a value for.
    needed: usize,
    /// For each name, which value of a line it is, where a line has it.
    order: Vec<Option<usize>>,
    begun: bool,
}
impl Table {
    pub fn new(names: &'static [&'static str]) -> Self {
        Self::with_optional(names, &[])
    }
    /// The same with names that a heading, a line or an object may leave out.
    pub fn with_optional(
        needed: &'static [&'static str],
        optional: &'static [&'static str],
    ) -> Self {
        let names = [needed, optional].concat();
        let order = (0..names.len()).map(Some).collect();
        Self { names, needed: needed.len(), order, begun: false }
    }
    /// The values by the order of the names, an empty one for what is not said; `None` for a line that
    /// says nothing.
    pub fn read(&mut self, line: &[u8]) -> Option<Result<Vec<String>, Refusal>> {
        let line = match std::str::from_utf8(line) {
            Ok(line) => line.trim_start_matches('\u{feff}').trim(),
            Err(_) => return Some(Err(Refusal::new(None, "it is not UTF-8"))),
        };
        if line.is_empty() {
            return None;
        }
        if line.starts_with('{') {
            return Some(self.object(line));
        }
        let Some(values) = split(line) else {
            return Some(Err(Refusal::new(None, "a quotation mark is not closed")));
        };
        if !std::mem::replace(&mut self.begun, true) && self.is_heading(&values) {
            return None;
        }
        if !(self.needed..=self.names.len()).contains(&values.len()) {
            let most = self.names.len();
            let due = if most == self.needed { String::new() } else { format!(" to {most}") };
            let why = format!("it has {} values, not {}{due}", values.len(), self.needed);
            return Some(Err(Refusal::new(None, why)));
        }
        let value = |at: &Option<usize>| at.and_then(|at| values.get(at)).cloned();
        Some(Ok(self.order.iter().map(|at| value(at).unwrap_or_default()).collect()))
    }
    fn is_heading(&mut self, values: &[String]) -> bool {
        let place = |name: &&str| values.iter().position(|value| value.eq_ignore_ascii_case(name));
        let order: Vec<Option<usize>> = self.names.iter().map(place).collect();
        let named = order.iter().flatten().count();
        let is_heading =
            named == values.len() && order.iter().take(self.needed).all(Option::is_some);
        if is_heading {
            self.order = order;
        }
        is_heading
    }
    fn object(&self, line: &str) -> Result<Vec<String>, Refusal> {
        let value: Value = serde_json::from_str(line)
            .map_err(|e| Refusal::new(None, format!("it is not JSON: {e}")))?;
        let text = |name: &&str| match value.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Bool(yes)) => Ok(yes.to_string()),
            Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
                Ok(all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
            }
            Some(_) => Err(Refusal::new(None, format!("{name} is not a text"))),
        };
        self.names.iter().map(text).collect()
    }
}

/// The values of a line; one in quotation marks may hold a semicolon, and two marks for one.
fn split(line: &str) -> Option<Vec<String>> {
    let (mut all, mut rest) = (Vec::new(), Some(line));
    while let Some(line) = rest {
        if let Some(mut quoted) = line.trim_start().strip_prefix('"') {
            let mut value = String::new();
            loop {
                let (before, after) = quoted.split_once('"')?;
                value.push_str(before);
                let Some(more) = after.strip_prefix('"') else {
                    quoted = after.trim_start();
                    break;
                };
                value.push('"');
                quoted = more;
            }
            all.push(value);
            rest = match quoted.strip_prefix(';') {
                Some(more) => Some(more),
                None if quoted.is_empty() => None,
                None => return None,
            };
        } else {
            let (value, more) =
                line.split_once(';').map_or((line, None), |(value, more)| (value, Some(more)));
            all.push(value.trim().to_owned());
            rest = more;
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &mut Table, line: &str) -> Vec<String> {
        table.read(line.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn lines_and_objects_say_the_same() {
        let mut table = Table::new(&["a", "b", "c"]);
        assert_eq!(read(&mut table, "1; x y ;3\r"), ["1", "x y", "3"]);
        assert_eq!(read(&mut table, r#""1;2";"x ""y""";"#), ["1;2", "x \"y\"", ""]);
        assert_eq!(read(&mut table, r#"{"c":["r","w"],"a":"1","z":9}"#), ["1", "", "r,w"]);
        assert!(table.read(b"  ").is_none());
        for bad in ["1;2", "1;2;3;4", "\"1;2;3", "{\"a\":1}", "{\"a\":"] {
            assert!(table.read(bad.as_bytes()).unwrap().is_err(), "{bad}");
        }
        assert!(table.read(b"\xff;1;2").unwrap().is_err());
    }

    #[test]
    fn what_is_optional_may_be_left_out() {
        let mut table = Table::with_optional(&["a", "b"], &["c", "d"]);
        assert_eq!(read(&mut table, "1;2"), ["1", "2", "", ""]);
        assert_eq!(read(&mut table, "1;2;3"), ["1", "2", "3", ""]);
        assert_eq!(read(&mut table, r#"{"b":"2","d":true,"a":"1"}"#), ["1", "2", "", "true"]);
        for bad in ["1", "1;2;3;4;5"] {
            let refusal = table.read(bad.as_bytes()).unwrap().unwrap_err();
            assert!(refusal.why.ends_with("values, not 2 to 4"), "{}", refusal.why);
        }
        let mut table = Table::with_optional(&["a", "b"], &["c", "d"]);
        assert!(table.read(b"d;b;a").is_none());
        assert_eq!(read(&mut table, "4;2;1"), ["1", "2", "", "4"]);
        let mut table = Table::with_optional(&["a", "b"], &["c", "d"]);
        assert_eq!(read(&mut table, "a;c;d"), ["a", "c", "d", ""], "no heading without b");
    }

    #[test]
    fn a_heading_gives_the_order() {
        let mut table = Table::new(&["a", "b"]);
        assert!(table.read("\u{feff}B;a".as_bytes()).is_none());
        assert_eq!(read(&mut table, "1;2"), ["2", "1"]);
        assert_eq!(read(&mut table, "b;a"), ["a", "b"], "only the first line is one");
    }
}
