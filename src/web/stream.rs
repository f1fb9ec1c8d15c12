//! Answers that are made while they are sent, piece by piece: long tables, in little memory.
use crate::problem::Problem;
use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use http_body::Frame;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait to be sent.
const WAITING: usize = 4;

/// Where the pieces go.
pub struct Pipe(Sender<io::Result<Bytes>>);
impl Pipe {
    /// Sends a piece, as soon as there is room for it; `false` when nobody reads any more.
    pub async fn send(&self, piece: String) -> bool {
        piece.is_empty() || self.0.send(Ok(Bytes::from(piece))).await.is_ok()
    }
}
struct Pieces(Receiver<io::Result<Bytes>>);
impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A body that is made by `work` while it is sent. Where the work fails it is cut off, so that nobody takes it
/// for whole. Every piece arrives before the end: `http_body_util`'s channel (0.1.5) may lose one that is sent
/// just as it is asked for, if the sender ends then.
pub fn body<F>(name: &'static str, work: impl FnOnce(Pipe) -> F) -> Body
where
    F: Future<Output = Result<(), Problem>> + Send + 'static,
{
    let (sender, receiver) = channel(WAITING);
    let work = work(Pipe(sender.clone()));
    tokio::spawn(async move {
        if let Err(problem) = work.await {
            tracing::error!(%problem, name, "a table could not be made");
            // Nobody has to be there to be told.
            let _ = sender.send(Err(io::Error::other("the table could not be made"))).await;
        }
    });
    Body::new(Pieces(receiver))
}
/// A table to be saved under a name of ours.
pub fn table<F>(name: &'static str, work: impl FnOnce(Pipe) -> F) -> Response
where
    F: Future<Output = Result<(), Problem>> + Send + 'static,
{
    let mut response = body(name, work).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(super::csv::MEDIA_TYPE));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use std::{
        hint,
        sync::{
            Arc,
            atomic::{
                AtomicBool,
                Ordering::{Acquire, Release},
            },
        },
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_sent_just_before_the_end_arrives() {
        for round in 0..40_000 {
            let asked = Arc::new(AtomicBool::new(false));
            let wait = asked.clone();
            let body = body("x", move |pipe| async move {
                // Now a little before and now a little after the piece is asked for.
                while !wait.load(Acquire) {
                    hint::spin_loop();
                }
                (0..round % 40).for_each(|_| hint::spin_loop());
                pipe.send("whole".into()).await;
                Ok(())
            });
            asked.store(true, Release);
            assert_eq!(body.collect().await.unwrap().to_bytes(), "whole", "round {round}");
        }
    }
    #[tokio::test]
    async fn what_fails_is_cut_off() {
        let body = body("x", |pipe| async move {
            pipe.send("half".into()).await;
            Err(Problem::NotFound)
        });
        assert!(body.collect().await.is_err());
    }
}
