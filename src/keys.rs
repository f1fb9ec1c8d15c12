//! Keyed hashes, with keys that have names so that one can be replaced while another is in use.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;
use std::{fmt, str::FromStr};

/// A secret of 32 bytes or more, and the name it is known by beside what it made.
#[derive(Clone)]
struct Key {
    id: String,
    secret: Vec<u8>,
}

/// The key in use and those it replaces: `id:base64`, the one in use first, comma between.
#[derive(Clone)]
pub struct Keys {
    current: Key,
    older: Vec<Key>,
}

impl Keys {
    /// A single key, as a test or a demo makes it.
    pub fn single(id: &str, secret: Vec<u8>) -> Self {
        Self { current: Key { id: id.to_owned(), secret }, older: Vec::new() }
    }
    pub fn current_id(&self) -> &str {
        &self.current.id
    }
    /// The name of each key.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|key| key.id.as_str())
    }
    /// The hash by the key in use.
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(&self.current.secret, parts)
    }
    /// The hash by the key of that name, if it is still known.
    pub fn hash_by(&self, id: &str, parts: &[&[u8]]) -> Option<[u8; 32]> {
        self.all().find(|key| key.id == id).map(|key| keyed_hash(&key.secret, parts))
    }
    /// `id:hex` by the key in use, for a column that is looked up by it.
    pub fn label(&self, parts: &[&[u8]]) -> String {
        label(&self.current, parts)
    }
    /// `id:hex` by each key, the one in use first.
    pub fn labels(&self, parts: &[&[u8]]) -> Vec<String> {
        self.all().map(|key| label(key, parts)).collect()
    }
    /// Encrypts by the key in use, bound to what it is about.
    pub fn seal(&self, about: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let nonce = random::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        let bound = Nonce::assume_unique_for_key(nonce);
        cipher(&self.current)?
            .seal_in_place_append_tag(bound, Aad::from(about), &mut sealed)
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }
    /// Decrypts what the key of that name has sealed about the same, if it is still known.
    pub fn open(&self, id: &str, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.all().find(|key| key.id == id)?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = cipher(key)?.open_in_place(nonce, Aad::from(about), &mut sealed).ok()?;
        Some(plain.to_vec())
    }
    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }
}
fn label(key: &Key, parts: &[&[u8]]) -> String {
    format!("{}:{}", key.id, hex(&keyed_hash(&key.secret, parts)))
}

/// HMAC-SHA256 over the parts, each with its length before it so that they cannot run together.
pub fn keyed_hash(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length; the branch is there for the type.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA256 as others compute it, over the message as it is.
pub fn hmac(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}
/// A key for encryption, derived from one of ours.
fn cipher(key: &Key) -> Option<LessSafeKey> {
    let derived = keyed_hash(&key.secret, &[b"encryption"]);
    UnboundKey::new(&AES_256_GCM, &derived).ok().map(LessSafeKey::new)
}

pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::Rng::fill(&mut rand::rng(), &mut bytes[..]);
    bytes
}

impl FromStr for Keys {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| {
            let (id, secret) = part.split_once(':').ok_or("a key is written id:base64")?;
            let secret = STANDARD.decode(secret).map_err(|_| "a key is not base64")?;
            if id.is_empty() || id.len() > 32 || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                return Err("a key's id is 1 to 32 letters and digits".to_owned());
            }
            if secret.len() < 32 {
                return Err(format!("key {id} is shorter than 32 bytes"));
            }
            Ok(Key { id: id.to_owned(), secret })
        });
        let current = keys.next().ok_or("no key is given")??;
        Ok(Self { current, older: keys.collect::<Result<_, _>>()? })
    }
}
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({}, …)", self.current.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_by_its_key_and_about_the_same() {
        let keys = Keys::single("a", vec![1; 32]);
        let sealed = keys.seal(b"x", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(keys.open("a", b"x", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(keys.open("a", b"y", &sealed), None);
        assert_eq!(keys.open("b", b"x", &sealed), None);
        assert_eq!(keys.open("a", b"x", &sealed[..20]), None);
        assert_ne!(keys.seal(b"x", b"secret"), Some(sealed));
    }

    #[test]
    fn an_older_key_is_still_known_by_its_name() {
        let (a, b) = (STANDARD.encode([1; 32]), STANDARD.encode([2; 32]));
        let before: Keys = format!("a:{a}").parse().unwrap();
        let after: Keys = format!("b:{b},a:{a}").parse().unwrap();
        assert_eq!(after.hash_by("a", &[b"x"]), Some(before.hash(&[b"x"])));
        assert_eq!(after.labels(&[b"x"]).get(1), Some(&before.label(&[b"x"])));
        assert_ne!(after.hash(&[b"x"]), before.hash(&[b"x"]));
        assert!("a:c2hvcnQ=".parse::<Keys>().is_err());
        assert!("".parse::<Keys>().is_err());
        assert_ne!(before.hash(&[b"ab", b"c"]), before.hash(&[b"a", b"bc"]));
    }
}
