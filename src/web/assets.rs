//! Files that never change under their name: bundled, hashed and compressed by `build.rs`.

/// One file, ready to send in each encoding.
#[derive(Debug)]
pub struct Asset {
    /// With the hash of its content in it: `site.0123456789ab.css`.
    pub name: &'static str,
    pub content_type: &'static str,
    pub plain: &'static [u8],
    pub br: &'static [u8],
    pub gz: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file of this name, hash and all.
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Where the pages find their stylesheet: `/static/site.<hash>.css`.
pub fn stylesheet_url() -> &'static str {
    STYLESHEET_URL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_is_there_and_small() {
        let name = stylesheet_url().rsplit('/').next().unwrap();
        let sheet = asset(name).unwrap();
        assert!(sheet.br.len() < 12 * 1024, "{} bytes", sheet.br.len());
        assert!(sheet.gz.len() < sheet.plain.len());
        let css = std::str::from_utf8(sheet.plain).unwrap();
        for kept in [".ds-button", ".ds-tag", "prefers-color-scheme:", "@media print"] {
            assert!(css.replace(": ", ":").contains(kept), "{kept}");
        }
        for dropped in ["brand1", "/*", "secondary\"]"] {
            assert!(!css.contains(dropped), "{dropped}");
        }
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        assert!(asset("site.css").is_none());
    }
}
