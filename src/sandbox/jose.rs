//! Signed tokens: the sandbox's own RSA keys, and the public keys of those who speak to it.
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    },
};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How long the sandbox's own RSA keys are.
const BITS: usize = 2048;

/// A fresh RSA key as PEM (PKCS #1), to be kept.
pub fn generate_pem() -> Result<String, String> {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS)
        .map_err(|error| format!("an RSA key could not be made: {error}"))?;
    let pem = key.to_pkcs1_pem(LineEnding::LF).map_err(|error| error.to_string())?;
    Ok(pem.to_string())
}

/// A private key that signs with RS256. Signing is ring's: the `rsa` crate is only used to make
/// keys, which ring cannot.
pub struct SigningKey {
    pair: KeyPair,
    kid: String,
}

impl SigningKey {
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let key = rsa::RsaPrivateKey::from_pkcs1_pem(pem).map_err(|error| error.to_string())?;
        let der = key.to_pkcs1_der().map_err(|error| error.to_string())?;
        let pair = KeyPair::from_der(der.as_bytes()).map_err(|error| error.to_string())?;
        let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public());
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(&parts.n)).chars().take(16).collect();
        Ok(Self { pair, kid })
    }

    /// The public half, as a member of a JWKS.
    pub fn jwk(&self) -> Value {
        let parts = PublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(parts.n), "e": URL_SAFE_NO_PAD.encode(parts.e),
        })
    }

    /// A compact JWS over the claims; `typ` is written into its header.
    pub fn sign(&self, typ: &str, claims: &Value) -> Result<String, String> {
        let header = json!({ "alg": "RS256", "typ": typ, "kid": self.kid });
        let mut token = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| "a token could not be signed".to_owned())?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(token)
    }
}

/// A private key that signs with ES256, of somebody whom the sandbox plays: made at once.
pub struct OwnKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl OwnKey {
    /// A fresh key as text, to be kept.
    pub fn generate() -> Result<String, String> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| URL_SAFE_NO_PAD.encode(document))
            .map_err(|_| "an elliptic key could not be made".to_owned())
    }

    pub fn from_text(text: &str) -> Result<Self, String> {
        let document = URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string())?;
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, &random)
            .map(|pair| Self { pair, random })
            .map_err(|error| error.to_string())
    }

    /// The public half, as a member of a JWKS.
    pub fn jwk(&self) -> Value {
        // 4, and two halves of 32 bytes.
        let (x, y) = self.point().split_at_checked(32).unwrap_or_default();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid(),
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// A compact JWS over the claims.
    pub fn sign(&self, claims: &Value) -> Result<String, String> {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.kid() });
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = self
            .pair
            .sign(&self.random, signed.as_bytes())
            .map_err(|_| "a token could not be signed".to_owned())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref().get(1..).unwrap_or_default()
    }
    fn kid(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.point())).chars().take(16).collect()
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A public key that somebody registered: RSA for RS256, P-256 for ES256.
pub enum PublicKey {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { point: Vec<u8> },
}

impl PublicKey {
    /// Reads a JWK; says in a sentence what is wrong with one that cannot be used.
    pub fn from_jwk(jwk: &Value) -> Result<Self, String> {
        if jwk.get("d").is_some() || jwk.get("k").is_some() {
            return Err("jwk holds a private or symmetric key: send the public part only".into());
        }
        let part = |name: &str| {
            let text = jwk.get(name).and_then(Value::as_str).unwrap_or_default();
            match URL_SAFE_NO_PAD.decode(text) {
                Ok(bytes) if !bytes.is_empty() => Ok(bytes),
                _ => Err(format!("jwk.{name} is missing or is not base64url without padding")),
            }
        };
        match jwk.get("kty").and_then(Value::as_str) {
            Some("RSA") => {
                let (n, e) = (part("n")?, part("e")?);
                let fits =
                    (256..=1024).contains(&n.len()) && n.first().is_some_and(|byte| *byte != 0);
                if fits {
                    Ok(Self::Rsa { n, e })
                } else {
                    Err("jwk.n is not 2048 to 8192 bits".into())
                }
            }
            Some("EC") if jwk.get("crv").and_then(Value::as_str) == Some("P-256") => {
                let (x, y) = (part("x")?, part("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err("jwk.x and jwk.y must be 32 bytes each".into());
                }
                Ok(Self::P256 { point: [&[4_u8][..], &x, &y].concat() })
            }
            _ => Err("jwk must be an RSA key or an EC key on P-256".into()),
        }
    }
}

/// A compact JWS that somebody presented: parsed, and not yet believed.
pub struct Presented {
    pub header: Value,
    claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Presented {
    pub fn parse(token: &str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let read = |part: &str| -> Option<Value> {
            let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: read(header)?,
            claims: read(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// Who says to have signed it: only for finding the key to check it with.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// The claims, when the signature holds with this key. The key decides the algorithm, and the
    /// header must say the same.
    pub fn verified(&self, key: &PublicKey) -> Option<&Value> {
        let alg = self.header.get("alg").and_then(Value::as_str)?;
        let message = self.signed.as_bytes();
        let holds = match key {
            PublicKey::Rsa { n, e } if alg == "RS256" => {
                ring::signature::RsaPublicKeyComponents { n, e }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, message, &self.signature)
                    .is_ok()
            }
            PublicKey::P256 { point } if alg == "ES256" => {
                ring::signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, &self.signature)
                    .is_ok()
            }
            _ => false,
        };
        holds.then_some(&self.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bench;

    #[tokio::test]
    async fn a_token_holds_with_its_own_key_and_no_other() {
        let sandbox = bench::sandbox();
        let (key, other) = (&sandbox.keys().maskinporten, &sandbox.keys().platform);
        let token = key.sign("JWT", &json!({ "iss": "me", "n": 1 })).unwrap();
        let presented = Presented::parse(&token).unwrap();
        assert_eq!(presented.header["kid"], key.jwk()["kid"]);
        assert_eq!(presented.claimed_issuer(), Some("me"));
        let own = PublicKey::from_jwk(&key.jwk()).unwrap();
        assert_eq!(presented.verified(&own), Some(&json!({ "iss": "me", "n": 1 })));
        assert!(presented.verified(&PublicKey::from_jwk(&other.jwk()).unwrap()).is_none());

        let forged = token.replacen('.', ".e30", 1);
        assert!(Presented::parse(&forged).is_none_or(|it| it.verified(&own).is_none()));
        for nonsense in ["", "a", "a.b", "a.b.c", "....", "e30.e30"] {
            assert!(Presented::parse(nonsense).is_none(), "{nonsense}");
        }
    }

    #[test]
    fn an_elliptic_key_is_read_and_used() {
        let own = OwnKey::from_text(&OwnKey::generate().unwrap()).unwrap();
        let token = own.sign(&json!({ "a": 1 })).unwrap();
        let presented = Presented::parse(&token).unwrap();
        let key = PublicKey::from_jwk(&own.jwk()).unwrap();
        assert_eq!(presented.verified(&key), Some(&json!({ "a": 1 })));
        assert_eq!(presented.header["kid"], own.jwk()["kid"]);
        let other = OwnKey::from_text(&OwnKey::generate().unwrap()).unwrap();
        let other = PublicKey::from_jwk(&other.jwk()).unwrap();
        assert!(presented.verified(&other).is_none());
    }

    #[test]
    fn keys_that_cannot_be_used_are_refused_in_words() {
        for (jwk, says) in [
            (json!({ "kty": "oct", "k": "AAAA" }), "public part"),
            (json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }), "2048"),
            (json!({ "kty": "RSA", "n": "==", "e": "AQAB" }), "jwk.n"),
            (json!({ "kty": "EC", "crv": "P-521" }), "P-256"),
            (json!({ "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB" }), "32 bytes"),
            (json!("text"), "RSA key"),
        ] {
            let error = PublicKey::from_jwk(&jwk).err().unwrap();
            assert!(error.contains(says), "{error}");
        }
    }
}
