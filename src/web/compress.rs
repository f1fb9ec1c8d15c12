//! Answers made smaller on their way out. Each is in memory as a whole, so it is compressed at once:
//! the window is no wider than the answer, and its length stays known.
use crate::problem::Problem;
use axum::{
    body::{Body, HttpBody as _, to_bytes},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write as _};

/// What is smaller fits in a packet as it is, an Ethernet frame with its headers.
const SMALLEST: u64 = 1400;

/// How an answer is made small. Quickly, as it is done for every one; thoroughly where an answer says so
/// in its extensions, being long and seldom asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Effort {
    #[default]
    Quick,
    Thorough,
}

/// A content coding of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
}
impl Coding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
    /// The best of ours that is accepted.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let lines =
            || headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
        let takes = |coding: &Self| {
            lines().flat_map(|line| line.split(',')).any(|one| {
                let mut parts = one.split(';').map(str::trim);
                parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding.name()))
                    && !parts.any(|part| part.strip_prefix("q=").is_some_and(is_zero))
            })
        };
        [Self::Brotli, Self::Gzip].into_iter().find(takes)
    }
    fn compress(self, plain: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
        let packed = Vec::with_capacity(plain.len() / 4);
        match self {
            Self::Brotli => {
                let bits = usize::BITS - plain.len().leading_zeros();
                let lgwin = i32::try_from(bits).unwrap_or_default().clamp(10, 22);
                let quality = if effort == Effort::Thorough { 9 } else { 1 };
                let settings = BrotliEncoderParams { quality, lgwin, ..Default::default() };
                let mut writer = brotli::CompressorWriter::with_params(packed, 4096, &settings);
                writer.write_all(plain)?;
                Ok(writer.into_inner())
            }
            Self::Gzip => {
                let level = if effort == Effort::Thorough {
                    Compression::best()
                } else {
                    Compression::fast()
                };
                let mut writer = GzEncoder::new(packed, level);
                writer.write_all(plain)?;
                writer.finish()
            }
        }
    }
}
fn is_zero(weight: &str) -> bool {
    weight.parse().is_ok_and(|weight: f32| weight <= 0.0)
}

/// Compresses text of some length for those who take this coding.
pub async fn compressed(mut response: Response, accepted: Option<Coding>) -> Response {
    if !is_worth_it(&response) {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(coding) = accepted else { return response };
    let (mut head, body) = response.into_parts();
    let effort = head.extensions.get::<Effort>().copied().unwrap_or_default();
    let packed = async {
        coding.compress(&to_bytes(body, usize::MAX).await.map_err(io::Error::other)?, effort)
    };
    match packed.await {
        Ok(packed) => {
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            Response::from_parts(head, Body::from(packed))
        }
        Err(error) => Problem::Internal(format!("compression: {error}")).into_response(),
    }
}
fn is_worth_it(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_text = kind.is_some_and(|kind| kind.starts_with("text/") || kind.contains("json"));
    // Without a length it is not in memory.
    let is_long = response.body().size_hint().exact().is_some_and(|length| length >= SMALLEST);
    // An entity tag stands for these very bytes.
    let is_fixed = [header::CONTENT_ENCODING, header::ETAG];
    let is_free = !is_fixed.iter().any(|name| response.headers().contains_key(name));
    is_text && is_long && is_free
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_is_accepted_is_chosen() {
        for (header, chosen) in [
            ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
            ("GZIP;q=0.5", Some(Coding::Gzip)),
            ("br;q=0, gzip", Some(Coding::Gzip)),
            ("br; q=0.000", None),
            ("identity", None),
            ("brr, gzipped", None),
            ("", None),
        ] {
            let headers = [(header::ACCEPT_ENCODING, HeaderValue::from_static(header))];
            assert_eq!(Coding::accepted(&headers.into_iter().collect()), chosen, "{header}");
        }
        assert_eq!(Coding::accepted(&HeaderMap::new()), None);
    }

    #[test]
    fn what_was_compressed_is_what_it_was() {
        let lengths = [0, 1, 1_023, 1_024, 70_000, 3_000_000];
        let efforts = [Effort::Quick, Effort::Thorough];
        for (length, effort) in lengths.into_iter().flat_map(|n| efforts.map(|e| (n, e))) {
            let plain: Vec<u8> = "Rør og Vann AS, ".bytes().cycle().take(length).collect();
            let packed = Coding::Brotli.compress(&plain, effort).unwrap();
            let mut unpacked = Vec::new();
            brotli::BrotliDecompress(&mut &*packed, &mut unpacked).unwrap();
            assert!(unpacked == plain, "{length}");
            let packed = Coding::Gzip.compress(&plain, effort).unwrap();
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == plain, "{length}");
        }
    }

    #[tokio::test]
    async fn long_text_is_compressed_for_those_who_take_it() {
        use axum::{
            Router,
            extract::Request,
            middleware::{Next, from_fn},
            routing::get,
        };
        use tower::ServiceExt as _;

        let long = "<p>Rør og Vann AS</p>".repeat(100);
        let page = axum::response::Html(long.clone());
        let image = ([(header::CONTENT_TYPE, "image/png")], long.clone());
        let router = Router::new()
            .route("/long", get(async || page))
            .route("/short", get(async || axum::response::Html("<p>Rør</p>")))
            .route("/image", get(async || image))
            .layer(from_fn(async |request: Request, next: Next| {
                let accepted = Coding::accepted(request.headers());
                compressed(next.run(request).await, accepted).await
            }));
        for (path, accepted, coding) in [
            ("/long", "gzip, br", Some("br")),
            ("/long", "gzip", Some("gzip")),
            ("/long", "identity", None),
            ("/short", "br", None),
            ("/image", "br", None),
        ] {
            let request = Request::get(path).header("accept-encoding", accepted);
            let request = request.body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let said = |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
            assert_eq!(said(header::CONTENT_ENCODING), coding, "{path} {accepted}");
            assert_eq!(said(header::VARY).is_some(), path == "/long", "{path}");
            let body = to_bytes(body, usize::MAX).await.unwrap();
            if coding == Some("br") {
                let mut unpacked = Vec::new();
                brotli::BrotliDecompress(&mut &*body, &mut unpacked).unwrap();
                assert!(unpacked == long.as_bytes() && body.len() < long.len() / 4);
            }
        }
    }
}
