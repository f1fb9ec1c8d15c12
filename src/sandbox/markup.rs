//! Reads from a page what the scripted approver needs of it: its forms, its links, its title, and
//! what its heading and alerts say. Not a parser of HTML: elements that are left open are of no
//! concern, only tags, attributes and text.

/// A form as a browser would send it with nothing typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub post: bool,
    /// Its successful fields: hidden, prefilled and checked ones.
    pub fields: Vec<(String, String)>,
    /// Name and value of each submit button that has a name.
    pub buttons: Vec<(String, String)>,
    /// Whether it stands in the page's `main`.
    pub in_main: bool,
}

#[derive(Debug, Default)]
pub struct Markup {
    pub title: String,
    /// The text of the `h1` and of everything with the role of an alert or a status.
    pub says: Vec<String>,
    pub forms: Vec<Form>,
    pub links: Vec<String>,
}

/// A start tag: its name in lower case, and its attributes in order.
struct Tag<'a> {
    name: String,
    attributes: Vec<(String, String)>,
    rest: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
    fn pair(&self) -> Option<(String, String)> {
        let name = self.get("name").filter(|name| !name.is_empty())?;
        Some((name.to_owned(), self.get("value").unwrap_or_default().to_owned()))
    }
    /// Whether its text is worth telling: the heading, alerts and status messages.
    fn speaks(&self) -> bool {
        self.name == "h1" || matches!(self.get("role"), Some("alert" | "status"))
    }
}

/// Text that is being gathered until its element ends.
struct Gathering {
    element: String,
    /// How many elements of the same name are open inside it.
    depth: usize,
    text: String,
}

#[derive(Default)]
struct Reader {
    found: Markup,
    form: Option<Form>,
    gathering: Option<Gathering>,
    mains: usize,
}

pub fn read(html: &str) -> Markup {
    let mut reader = Reader::default();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        reader.text(text);
        rest = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, rest)| rest)
        } else if let Some(end) = after.strip_prefix('/') {
            let (name, rest) = end.split_once('>').unwrap_or((end, ""));
            reader.end(&name.trim().to_ascii_lowercase());
            rest
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let tag = tag(after);
            let rest = tag.rest;
            match tag.name.as_str() {
                "script" | "style" | "template" => until_end(rest, &tag.name).1,
                "title" | "textarea" => {
                    let (text, rest) = until_end(rest, &tag.name);
                    reader.raw(&tag, &unescape(text));
                    rest
                }
                _ => {
                    reader.start(&tag);
                    rest
                }
            }
        } else if after.starts_with(['!', '?']) {
            after.split_once('>').map_or("", |(_, rest)| rest)
        } else {
            reader.text("<");
            after
        };
    }
    reader.text(rest);
    reader.end_form();
    reader.found
}

impl Reader {
    fn start(&mut self, tag: &Tag<'_>) {
        if let Some(gathering) = &mut self.gathering {
            gathering.text.push(' ');
            gathering.depth += usize::from(gathering.element == tag.name);
        } else if tag.speaks() {
            let element = tag.name.clone();
            self.gathering = Some(Gathering { element, depth: 0, text: String::new() });
        }
        match tag.name.as_str() {
            "main" => self.mains += 1,
            "a" => self.found.links.extend(tag.get("href").map(str::to_owned)),
            "form" => {
                self.end_form();
                self.form = Some(Form {
                    action: tag.get("action").unwrap_or_default().to_owned(),
                    post: tag.get("method").is_some_and(|it| it.eq_ignore_ascii_case("post")),
                    in_main: self.mains > 0,
                    ..Form::default()
                });
            }
            "input" | "button" if !tag.has("disabled") => self.field(tag),
            _ => {}
        }
    }

    fn field(&mut self, tag: &Tag<'_>) {
        let (Some(form), Some(mut pair)) = (&mut self.form, tag.pair()) else { return };
        let kind = tag.get("type").unwrap_or_default().to_ascii_lowercase();
        match (tag.name.as_str(), kind.as_str()) {
            ("button", "reset" | "button") | ("input", "reset" | "button" | "image" | "file") => {}
            ("button", _) | ("input", "submit") => form.buttons.push(pair),
            ("input", "checkbox" | "radio") => {
                if tag.has("checked") {
                    if !tag.has("value") {
                        pair.1 = "on".into();
                    }
                    form.fields.push(pair);
                }
            }
            _ => form.fields.push(pair),
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(mut gathering) = self.gathering.take() {
            gathering.text.push(' ');
            if gathering.element != name {
                self.gathering = Some(gathering);
            } else if gathering.depth > 0 {
                gathering.depth -= 1;
                self.gathering = Some(gathering);
            } else {
                let text = one_line(&gathering.text);
                if !text.is_empty() {
                    self.found.says.push(text);
                }
            }
        }
        match name {
            "main" => self.mains = self.mains.saturating_sub(1),
            "form" => self.end_form(),
            _ => {}
        }
    }

    fn end_form(&mut self) {
        self.found.forms.extend(self.form.take());
    }

    fn text(&mut self, text: &str) {
        if let Some(gathering) = &mut self.gathering {
            gathering.text.push_str(&unescape(text));
        }
    }

    /// The text of an element that holds nothing but text.
    fn raw(&mut self, tag: &Tag<'_>, text: &str) {
        if tag.name == "title" {
            if self.found.title.is_empty() {
                self.found.title = one_line(text);
            }
        } else if let (Some(form), Some((name, _))) = (&mut self.form, tag.pair()) {
            form.fields.push((name, text.to_owned()));
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands before the end tag, and what comes after it.
fn until_end<'a>(html: &'a str, name: &str) -> (&'a str, &'a str) {
    let end = format!("</{name}");
    let lower = html.to_ascii_lowercase();
    let Some((text, rest)) = lower.find(&end).and_then(|at| html.split_at_checked(at)) else {
        return (html, "");
    };
    (text, rest.split_once('>').map_or("", |(_, rest)| rest))
}

/// Reads a start tag, from just after its `<`.
fn tag(html: &str) -> Tag<'_> {
    let (name, mut rest) = split(html, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let (key, after) = match rest.strip_prefix('=') {
            // A stray equals sign begins a name, by the book.
            Some(after) => ("=", after),
            None => split(rest, ends),
        };
        rest = after.trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => {
                    let inner = after.strip_prefix(quote).unwrap_or_default();
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                None => split(after, |c| c.is_ascii_whitespace() || c == '>'),
            };
        }
        attributes.push((key.to_ascii_lowercase(), unescape(value)));
    }
    Tag { name: name.to_ascii_lowercase(), attributes, rest }
}

fn split(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Text without its character references; one that is not known stays as it is written.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').filter(|(name, _)| name.len() <= 10);
        rest = after;
        match reference.and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((found, after)) => {
                plain.push(found);
                rest = after;
            }
            None => plain.push('&'),
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><html lang="en"><head><title>Approve &middot; <b>A&amp;B</title>
      <style>form > input { content: "<form action=/no>" }</style>
      <script>document.write("<form action='/no/approve'>")</script></head>
      <body><form method="POST" action="/logout"><button>Out</button></form>
      <!-- <form action="/commented/approve"> -->
      <main><h1>Give <bdi>Smart &lt;Cloud&gt;</bdi> access?</h1>
      <div role='alert'><p>First,</p><div>second</div> third.</div>
      <p>1 < 2</p>
      <form action="/u/request/1/approve?a=1&amp;b=2" method=post class="a/b">
        <input type="hidden" name="token" value="x&quot;&#34;&#39;&#x27;&gt;y"><INPUT TYPE=hidden NAME=party VALUE=42 />
        <input type=checkbox name=no><input type=checkbox name=yes checked>
        <input name=off value=1 disabled><textarea name=why>a &lt; <b></textarea>
        <button name="do" value="it" type="submit">Approve</button><button type=button name=x>…</button>
      </form>
      <a class="button" href="/u/request/1/reject?x=1&amp;y=2">Reject</a></main></body></html>"#;

    #[test]
    fn forms_are_read_as_a_browser_sends_them() {
        let page = read(PAGE);
        assert_eq!(page.forms.len(), 2, "{:?}", page.forms);
        assert!(!page.forms[0].in_main);
        let form = &page.forms[1];
        assert_eq!(form.action, "/u/request/1/approve?a=1&b=2");
        assert!(form.post && form.in_main);
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            form.fields,
            [
                field("token", "x\"\"''>y"),
                field("party", "42"),
                field("yes", "on"),
                field("why", "a < <b>"),
            ]
        );
        assert_eq!(form.buttons, [field("do", "it")]);
    }

    #[test]
    fn title_links_and_what_is_said_are_read() {
        let page = read(PAGE);
        assert_eq!(page.title, "Approve &middot; <b>A&B");
        assert_eq!(page.says, ["Give Smart <Cloud> access?", "First, second third."]);
        assert_eq!(page.links, ["/u/request/1/reject?x=1&y=2"]);
    }

    #[test]
    fn references_that_are_not_known_stay() {
        assert_eq!(
            unescape("&amp;lt; & &; &#0x; &#xD800; &aring; &"),
            "&lt; & &; &#0x; &#xD800; &aring; &"
        );
    }

    #[test]
    fn broken_markup_ends() {
        for html in [
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a href=\"",
            "<a =",
            "<form action='x",
            "<!--",
            "</",
            "<!x",
            "<title>",
            "<textarea name=a>",
            "<h1>x",
            "<a href=å>ø</å>",
            "<input ==>",
            "<script>İ</script>",
        ] {
            read(html);
        }
    }
}
