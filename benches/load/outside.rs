//! The outside world: the issuer of the vendor's tokens, with the address of its keys.
use crate::Failure;
use axum::{Router, http::header, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey as _,
    core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey},
};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use serde_json::json;
use systembruker::clock::Clock;

/// Whose tokens they are.
pub const VENDOR: &str = "991825827";
/// The provider that people would log in with; never asked.
pub const PROVIDER: &str = "https://provider.example";
/// Who issues tokens to vendors' programs.
pub const VENDORS: &str = "https://tokens.example/";
const SCOPES: &str = "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.write altinn:authentication/systemuser.request.read altinn:maskinporten/systemuser.read altinn:authorization/authorize";
/// How long a token lasts, in seconds: longer than any run.
const LASTS: i64 = 24 * 60 * 60;

/// Publishes its key for as long as this process lives.
pub struct Issuer {
    key: CoreRsaPrivateSigningKey,
    /// Where its keys are.
    pub keys: String,
}
impl Issuer {
    pub async fn start() -> Result<Self, Failure> {
        let made = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048);
        let made = made.map_err(|e| e.to_string())?;
        let pem = made.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF).map_err(|e| e.to_string())?;
        let key = CoreRsaPrivateSigningKey::from_pem(&pem, Some(JsonWebKeyId::new("k1".into())))?;
        let set = CoreJsonWebKeySet::new(vec![key.as_verification_key()]);
        let set = serde_json::to_string(&set).map_err(|e| e.to_string())?;
        let answer = async move || ([(header::CONTENT_TYPE, "application/json")], set);
        let router = Router::new().route("/jwks", get(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { key, keys: format!("http://{address}/jwks") })
    }
    /// A token with every scope of a vendor's, as the header is to say it.
    pub fn token(&self) -> Result<String, Failure> {
        let now = Clock::System.now().utc().timestamp();
        let header = json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" });
        let claims = json!({
            "iss": VENDORS, "scope": SCOPES, "client_id": "load",
            "consumer": { "authority": "iso6523-actorid-upis", "ID": format!("0192:{VENDOR}") },
            "iat": now, "exp": now + LASTS, "jti": uuid::Uuid::new_v4(),
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let signature = self.key.sign(&algorithm, signed.as_bytes()).map_err(|e| e.to_string())?;
        Ok(format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
