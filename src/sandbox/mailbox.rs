//! Everybody's mailbox: a mail server on loopback that takes all it is given, and a page that shows it.
use super::{Sandbox, answer};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// Messages that are kept, the newest.
const KEPT: usize = 200;
/// Largest message, in bytes.
const LARGEST: u64 = 256 * 1024;
/// How long a sender may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Everything before the text, as it came.
    pub head: String,
}

/// What has come, oldest first; what is to be answered to the next recipients.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<Held>>);
#[derive(Default)]
struct Held {
    mails: VecDeque<Mail>,
    answers: VecDeque<&'static str>,
}
impl Mailbox {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn all(&self) -> Vec<Mail> {
        self.held().mails.iter().cloned().collect()
    }
    /// Empties it.
    pub fn take(&self) -> Vec<Mail> {
        self.held().mails.drain(..).collect()
    }
    /// What the next recipient is answered with, such as `451 later`.
    pub fn answer_next(&self, answer: &'static str) {
        self.held().answers.push_back(answer);
    }
    /// Takes what is sent, for as long as the listener is there.
    pub async fn receive(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let mailbox = self.clone();
            tokio::spawn(async move {
                // A sender that goes away has sent what it has sent.
                let _ = tokio::time::timeout(PATIENCE, mailbox.talk(stream)).await;
            });
        }
    }
    async fn talk(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read);
        let mut to = Vec::new();
        write.write_all(b"220 sandbox\r\n").await?;
        loop {
            let mut line = String::new();
            if (&mut lines).take(1_000).read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            let reply = match verb.as_str() {
                "RCPT" => {
                    let told = self.held().answers.pop_front().unwrap_or("250 ok");
                    if told.starts_with('2') {
                        let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
                        to.extend(inner.map(|(address, _)| address.to_owned()));
                    }
                    told
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let raw = message(&mut lines).await?;
                    let mut held = self.held();
                    held.mails.extend(to.drain(..).map(|to| Mail::read(to, &raw)));
                    while held.mails.len() > KEPT {
                        held.mails.pop_front();
                    }
                    "250 ok"
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP" => "250 ok",
                _ => "502 no",
            };
            write.write_all(reply.as_bytes()).await?;
            write.write_all(b"\r\n").await?;
        }
    }
}
/// All lines up to the one with a dot, without the dots that were put before dots.
async fn message(lines: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut raw = String::new();
    let mut left = lines.take(LARGEST);
    loop {
        let mut line = String::new();
        if left.read_line(&mut line).await? == 0 || line.trim_end() == "." {
            return Ok(raw);
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
impl Mail {
    fn read(to: String, raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let subject = header(head, "subject").unwrap_or_default();
        let coded = header(head, "content-transfer-encoding").is_some_and(|how| how == "base64");
        let text = if coded { decoded(&body.replace("\r\n", "")) } else { body.to_owned() };
        let subject = subject.split(' ').map(word).collect();
        Self { to, subject, text: text.replace("\r\n", "\n"), head: head.to_owned() }
    }
    /// Its text, with each address that can be gone to apart.
    fn lines(&self) -> Vec<Line<'_>> {
        self.text
            .lines()
            .map(|text| Line { text, is_link: text.trim().starts_with("http") })
            .collect()
    }
}
struct Line<'a> {
    text: &'a str,
    is_link: bool,
}
/// The value of a header, its lines put together.
fn header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\r\n ", " ");
    unfolded.split("\r\n").find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
fn word(word: &str) -> String {
    let inner = word.strip_prefix("=?utf-8?B?").and_then(|rest| rest.strip_suffix("?="));
    inner.map_or_else(|| format!("{word} "), decoded)
}
fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[derive(Template)]
#[template(path = "sandbox/mailbox.html")]
struct MailboxPage {
    mails: Vec<Mail>,
    portal_url: String,
}
/// `GET /mailbox`: newest first.
pub async fn show(State(sandbox): State<Sandbox>) -> Response {
    let mails = sandbox.0.mailbox.all().into_iter().rev().collect();
    let page = MailboxPage { mails, portal_url: sandbox.portal_url().to_owned() };
    answer::page(&sandbox, StatusCode::OK, &page)
}
/// `GET /api/mailbox`: the same for scripts.
pub async fn list(State(sandbox): State<Sandbox>) -> Response {
    let mails = sandbox.0.mailbox.all().into_iter().rev();
    let mails: Vec<Value> = mails
        .map(|mail| json!({ "to": mail.to, "subject": mail.subject, "text": mail.text }))
        .collect();
    answer::json(StatusCode::OK, &json!(mails))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bench;

    #[tokio::test]
    async fn what_is_sent_is_in_the_mailbox() {
        let mailbox = Mailbox::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(mailbox.clone().receive(listener));
        let mut stream = TcpStream::connect(at).await.unwrap();
        let text = STANDARD.encode("Hei på deg\r\nhttp://localhost:8080/x\r\n");
        let mail = format!(
            "EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: =?utf-8?B?{}?=\r\n =?utf-8?B?{}?=\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n.\r\nQUIT\r\n",
            STANDARD.encode("Æ b"),
            STANDARD.encode("c")
        );
        stream.write_all(mail.as_bytes()).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        assert!(said.contains("354") && said.ends_with("221 bye\r\n"), "{said}");
        let all = mailbox.all();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].to.as_str(), all[0].subject.as_str()), ("b@example.com", "Æ bc"));
        assert_eq!(all[0].text, "Hei på deg\nhttp://localhost:8080/x\n");
        assert_eq!(all[0].lines().iter().filter(|line| line.is_link).count(), 1);
    }

    #[tokio::test]
    async fn the_page_is_there_when_nothing_has_come() {
        let sandbox = bench::sandbox();
        let page = bench::get(&sandbox, "/mailbox").await;
        assert!(page.body.contains("Nothing has been sent"), "{}", page.body);
        assert_eq!(bench::get(&sandbox, "/api/mailbox").await.body, "[]");
    }
}
