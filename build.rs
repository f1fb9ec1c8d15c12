//! Bundles the stylesheets into one, named by its content, and compresses it as far as it goes:
//! the work is done once here instead of once per answer.
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeSet, env, error::Error, fmt::Write as _, fs, io::Write as _, path::Path,
};

/// What goes in, in this order: later layers win over earlier ones, and ours, in none, over all.
const THEME: &str = "static/designsystemet/digdir.css";
const BASE: &str = "static/designsystemet/base.css";
const COMPONENTS: &[&str] = &["button", "tag", "alert", "input", "field", "label", "skip-link"];
const OURS: &str = "static/site.css";

/// Parts of the theme that no page asks for: each page has the automatic colour scheme on its root,
/// which the light rules cover by `:root` already, one typeface, and the colours that mean something.
const UNUSED: &[&str] = &[
    "@media (prefers-color-scheme: light)",
    "[data-color-scheme=\"dark\"]",
    "[data-typography=\"secondary\"]",
    "[data-color=\"brand1\"], [data-color-scheme][data-color=\"brand1\"]",
    "[data-color=\"brand2\"], [data-color-scheme][data-color=\"brand2\"]",
    "[data-color=\"brand3\"], [data-color-scheme][data-color=\"brand3\"]",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    for path in ["build.rs", "Cargo.lock", "static", "locales", "templates", "migrations"] {
        writeln!(out, "cargo:rerun-if-changed={path}")?;
    }
    writeln!(out, "cargo:rustc-env=NAME_KEYS_LIBRARIES={}", name_keys_libraries()?)?;
    let css = stylesheet()?;
    let into = env::var("OUT_DIR")?;
    let into = Path::new(&into);
    let mut hash = String::new();
    for byte in Sha256::digest(&css).iter().take(6) {
        write!(hash, "{byte:02x}")?;
    }
    fs::write(into.join("site.css"), &css)?;
    fs::write(into.join("site.css.br"), brotli(css.as_bytes())?)?;
    fs::write(into.join("site.css.gz"), gzip(css.as_bytes())?)?;
    let table = format!(
        "const STYLESHEET_URL: &str = \"/static/site.{hash}.css\";\n\
         static ASSETS: &[Asset] = &[Asset {{ name: \"site.{hash}.css\", \
         content_type: \"text/css; charset=utf-8\", \
         plain: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/site.css\")), \
         br: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/site.css.br\")), \
         gz: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/site.css.gz\")) }}];\n"
    );
    fs::write(into.join("assets.rs"), table)?;
    Ok(())
}

/// The versions of what makes sort keys: keys of different versions cannot be compared.
fn name_keys_libraries() -> Result<String, Box<dyn Error>> {
    let lock = fs::read_to_string("Cargo.lock")?;
    let mut all = Vec::new();
    for name in ["icu_collator", "icu_collator_data"] {
        let (_, rest) = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))
            .ok_or_else(|| format!("{name} is not in Cargo.lock"))?;
        let version = rest.split('"').next().unwrap_or_default();
        all.push(format!("{name} {version}"));
    }
    Ok(all.join(", "))
}

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let settings =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut packed, &settings)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(plain)?;
    packed.finish()
}

fn stylesheet() -> Result<String, Box<dyn Error>> {
    let mut theme = parse(&fs::read_to_string(THEME)?);
    theme.retain(|node| !matches!(node, Node::Line(line) if line.starts_with("@charset")));
    drop_unused_rules(&mut theme);
    let mut nodes = vec![Node::Line("@layer ds.theme, ds.base, ds.components".into())];
    nodes.append(&mut theme);
    nodes.push(Node::Rule("@layer ds.base".into(), parse(&fs::read_to_string(BASE)?)));
    let mut components = Vec::new();
    for name in COMPONENTS {
        components
            .append(&mut parse(&fs::read_to_string(format!("static/designsystemet/{name}.css"))?));
    }
    nodes.push(Node::Rule("@layer ds.components".into(), components));
    nodes.append(&mut parse(&fs::read_to_string(OURS)?));
    loop {
        let text = print(&nodes);
        let asked = asked_for(&text);
        if !drop_unasked_properties(&mut nodes, &asked) {
            return Ok(text);
        }
    }
}

/// A stylesheet as far as we need to understand it: rules with a body, and everything else that
/// ends in a semicolon.
enum Node {
    Line(String),
    Rule(String, Vec<Node>),
}

fn drop_unused_rules(nodes: &mut Vec<Node>) {
    nodes.retain_mut(|node| match node {
        Node::Line(_) => true,
        Node::Rule(head, body) => {
            drop_unused_rules(body);
            !UNUSED.contains(&head.as_str()) && !body.is_empty()
        }
    });
}

/// The custom properties that some rule reads.
fn asked_for(css: &str) -> BTreeSet<String> {
    let names = css.split("var(").skip(1);
    names.filter_map(|rest| Some(rest.split([',', ')']).next()?.trim().to_owned())).collect()
}

/// Takes out custom properties that nothing reads; true if there were any, as others may then have
/// lost their only reader.
fn drop_unasked_properties(nodes: &mut Vec<Node>, asked: &BTreeSet<String>) -> bool {
    let mut any = false;
    nodes.retain_mut(|node| match node {
        Node::Line(line) => {
            let unread = line
                .split_once(':')
                .is_some_and(|(name, _)| name.starts_with("--") && !asked.contains(name.trim()));
            any |= unread;
            !unread
        }
        Node::Rule(_, body) => {
            any |= drop_unasked_properties(body, asked);
            !body.is_empty()
        }
    });
    any
}

fn parse(css: &str) -> Vec<Node> {
    let mut rest = css.chars().peekable();
    body(&mut rest)
}

/// Reads to the closing brace or the end. Strings and parentheses are kept whole, comments dropped,
/// and any run of blanks is one.
fn body(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<Node> {
    let (mut nodes, mut text, mut depth, mut quote) = (Vec::new(), String::new(), 0_u32, None);
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                text.push(c);
                text.extend(rest.next());
                continue;
            }
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '/') if rest.peek() == Some(&'*') => {
                rest.next();
                let mut last = ' ';
                for c in rest.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
                continue;
            }
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 => {
                push_line(&mut nodes, &mut text);
                continue;
            }
            (None, '{') if depth == 0 => {
                let head = std::mem::take(&mut text).trim().to_owned();
                nodes.push(Node::Rule(head, body(rest)));
                continue;
            }
            (None, '}') if depth == 0 => break,
            (None, c) if c.is_whitespace() => {
                if !text.ends_with(' ') {
                    text.push(' ');
                }
                continue;
            }
            _ => {}
        }
        text.push(c);
    }
    push_line(&mut nodes, &mut text);
    nodes
}

fn push_line(nodes: &mut Vec<Node>, text: &mut String) {
    let line = std::mem::take(text);
    let line = line.trim();
    let Some((name, value)) = line.split_once(':').filter(|_| !line.starts_with('@')) else {
        if !line.is_empty() {
            nodes.push(Node::Line(line.to_owned()));
        }
        return;
    };
    nodes.push(Node::Line(format!("{}:{}", name.trim(), value.trim())));
}

fn print(nodes: &[Node]) -> String {
    let mut text = String::new();
    for (at, node) in nodes.iter().enumerate() {
        match node {
            Node::Line(line) => {
                text.push_str(line);
                let last = at + 1 == nodes.len();
                if !last || line.starts_with('@') {
                    text.push(';');
                }
            }
            Node::Rule(head, body) => {
                text.push_str(head);
                text.push('{');
                text.push_str(&print(body));
                text.push('}');
            }
        }
    }
    text
}
