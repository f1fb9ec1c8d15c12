//! Forms with a file in them, as browsers send them: `multipart/form-data`, whole in memory, as their
//! length is bounded by the route.
use std::borrow::Cow;

/// One field: its name, and what was typed or the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'b> {
    pub name: String,
    pub content: &'b [u8],
}

/// More fields than any form of ours has.
const MOST_FIELDS: usize = 64;

/// The boundary that the content type names.
pub fn boundary(content_type: &str) -> Option<&str> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    ((1..=70).contains(&value.len()) && value.is_ascii()).then_some(value)
}

/// The fields in their order; `None` where the body is not cut as it says.
pub fn fields<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<Field<'b>>> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut all = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(all);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let (head, content) = (rest.get(..head_end)?, rest.get(head_end + 4..)?);
        let end = find(content, next.as_bytes())?;
        if all.len() == MOST_FIELDS {
            return None;
        }
        all.push(Field { name: name(head)?, content: content.get(..end)? });
        rest = content.get(end + next.len()..)?;
    }
}
fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|b| *b == first)?;
        if bytes.get(at..)?.starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}
/// The field's name, from the head of its part.
fn name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.split("\r\n").find(|line| {
        line.get(..20).is_some_and(|name| name.eq_ignore_ascii_case("content-disposition:"))
    })?;
    let quoted = line.split("; name=\"").nth(1)?;
    let name: Cow<'_, str> = quoted.split('"').next()?.into();
    Some(name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, more, content) in parts {
            let head =
                format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        body
    }

    #[test]
    fn fields_and_files_are_told_apart_by_name() {
        let file = "; filename=\"klienter; name=x.csv\"\r\nContent-Type: text/csv";
        let sent = body(&[("do", "", b"add"), ("file", file, b"a\r\n--xy\r\nb"), ("e", "", b"")]);
        let found = fields(&sent, "xyz").unwrap();
        let names: Vec<(&str, &[u8])> = found.iter().map(|f| (&*f.name, f.content)).collect();
        assert_eq!(names, [("do", &b"add"[..]), ("file", b"a\r\n--xy\r\nb"), ("e", b"")]);
    }

    #[test]
    fn what_is_cut_off_or_has_no_name_is_refused() {
        let sent = body(&[("do", "", b"add")]);
        assert!(fields(&sent[..sent.len() - 6], "xyz").is_none());
        assert!(fields(&sent, "other").is_none());
        assert!(fields(b"", "xyz").is_none());
        assert!(fields(b"--xyz\r\nX: y\r\n\r\nz\r\n--xyz--", "xyz").is_none());
        let many = vec![("a", "", &b""[..]); MOST_FIELDS + 1];
        assert!(fields(&body(&many), "xyz").is_none());
    }

    #[test]
    fn the_boundary_is_in_the_content_type() {
        assert_eq!(boundary("multipart/form-data; boundary=ab"), Some("ab"));
        assert_eq!(boundary("Multipart/Form-Data; charset=x; Boundary=\"a b\""), Some("a b"));
        for bad in
            ["text/plain; boundary=x", "multipart/form-data", "multipart/form-data; boundary="]
        {
            assert_eq!(boundary(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = fields(&bytes, "x");
            let _ = fields(&[&b"--x\r\n"[..], &bytes].concat(), "x");
        }
        #[test]
        fn a_file_comes_through_unchanged(content in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assume!(find(&content, b"\r\n--xyz").is_none());
            let sent = body(&[("file", "; filename=\"x\"", &content)]);
            let found = fields(&sent, "xyz").unwrap();
            prop_assert_eq!(found[0].content, &content[..]);
        }
    }
}
