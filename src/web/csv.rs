//! Tables that spreadsheets open: semicolons between cells, as in Norway, and a mark that says UTF-8.
//! A cell that a spreadsheet would take for a formula is made a text.

/// What such a file is served as.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";
/// Begins the file: without it spreadsheets take the text for something older than UTF-8.
pub const MARK: &str = "\u{feff}";

/// Adds a row.
pub fn push_row<C: AsRef<str>>(table: &mut String, cells: impl IntoIterator<Item = C>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            table.push(';');
        }
        push_cell(table, cell.as_ref());
    }
    table.push_str("\r\n");
}
/// What makes a spreadsheet calculate: also where blanks stand before it, or its wide twin.
fn is_formula(cell: &str) -> bool {
    let first = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}']).chars().next();
    matches!(
        first,
        Some(
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\u{ff1d}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff20}'
        )
    )
}
fn push_cell(table: &mut String, cell: &str) {
    let formula = is_formula(cell);
    let quoted = formula || cell.contains(['"', ';', ',', '\t', '\r', '\n', '\'']);
    if !quoted {
        table.push_str(cell);
        return;
    }
    table.push('"');
    if formula {
        table.push('\'');
    }
    table.push_str(&cell.replace('"', "\"\""));
    table.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut table = String::new();
        push_row(&mut table, cells);
        table
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(row(&["310904473", "Rør og Vann AS", ""]), "310904473;Rør og Vann AS;\r\n");
        assert_eq!(row(&["a;b", "c\"d", "e\nf"]), "\"a;b\";\"c\"\"d\";\"e\nf\"\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for bad in ["=1+1", "+47", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{ff1d}1", "\n=1"] {
            let cell = row(&[bad]);
            assert!(cell.starts_with("\"'"), "{cell:?}");
        }
        assert_eq!(row(&["=HYPERLINK(\"x\";\"y\")"]), "\"'=HYPERLINK(\"\"x\"\";\"\"y\"\")\"\r\n");
        for fine in ["a=b", "Bø-Ås", "1", "ÆØÅ"] {
            assert_eq!(row(&[fine]), format!("{fine}\r\n"));
        }
    }
}
