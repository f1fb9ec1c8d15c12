//! The way out for e-mail: plain text, one message to one address, over a connection of its own.
use crate::{
    clock::Ts,
    config::{SmtpSettings, Tls},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::Envelope,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls as Wrapping, TlsParameters},
        extension::ClientId,
    },
};
use std::{fmt::Write as _, time::Duration};

/// How long the server may take to answer one command, and with a whole message.
const COMMAND: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(45);

/// A message to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same each time that it is sent.
    pub id: String,
    pub to: String,
    /// As in `lang`.
    pub language: &'static str,
    pub subject: String,
    pub text: String,
    /// Where the reader's mail program can turn it off by itself.
    pub stop: String,
}

/// Why it was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The address does not take it: there is no use in trying again.
    Never(String),
    Later(String),
}

#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}
impl Mailer {
    /// `public_url` says who greets the server. Nothing is asked over the network yet.
    pub fn new(settings: &SmtpSettings, public_url: &str) -> Result<Self, String> {
        let from = settings.from.parse().map_err(|_| "the sender is not an e-mail address")?;
        let parameters = || TlsParameters::new(settings.host.clone()).map_err(|e| e.to_string());
        let tls = match settings.tls {
            Tls::Starttls => Wrapping::Required(parameters()?),
            Tls::Tls => Wrapping::Wrapper(parameters()?),
            Tls::None => Wrapping::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(COMMAND));
        let host = url::Url::parse(public_url).ok();
        if let Some(name) = host.as_ref().and_then(|url| url.domain()) {
            transport = transport.hello_name(ClientId::Domain(name.to_owned()));
        }
        if let Some(login) = &settings.login {
            let login = Credentials::new(login.user.clone(), login.password.clone());
            transport = transport.credentials(login);
        }
        Ok(Self { transport: transport.build(), from })
    }
    /// Whether the server is there and lets us in.
    pub async fn check(&self) -> Result<(), String> {
        let there = tokio::time::timeout(WHOLE, self.transport.test_connection()).await;
        match there.map_err(|_| "no answer in time")? {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer".into()),
            Err(error) => Err(error.to_string()),
        }
    }
    pub async fn send(&self, message: &Message, now: Ts) -> Result<(), Trouble> {
        let to: Address =
            message.to.parse().map_err(|_| Trouble::Never("not an address".into()))?;
        let bytes = written(message, &self.from, now);
        let envelope = Envelope::new(Some(self.from.clone()), vec![to])
            .map_err(|error| Trouble::Never(error.to_string()))?;
        let sent = self.transport.send_raw(&envelope, bytes.as_bytes());
        match tokio::time::timeout(WHOLE, sent).await {
            Ok(Ok(_)) => Ok(()),
            // 550 to 554 are about the address or the message; any other refusal is about us.
            Ok(Err(error)) => Err(match error.status().map(u16::from) {
                Some(550..=554) => Trouble::Never(error.to_string()),
                _ => Trouble::Later(error.to_string()),
            }),
            Err(_) => Err(Trouble::Later("no answer in time".into())),
        }
    }
}

/// As it goes over the wire (RFC 5322), in ASCII.
fn written(message: &Message, from: &Address, now: Ts) -> String {
    let mut head = String::new();
    let mut put = |name: &str, value: &str| {
        let _ = write!(head, "{name}: {value}\r\n");
    };
    put("Date", &now.utc().to_rfc2822());
    put("From", &format!("Systembruker <{from}>"));
    put("To", &format!("<{}>", message.to));
    put("Message-ID", &format!("<{}@{}>", message.id, from.domain()));
    put("Subject", &encoded(&message.subject));
    put("MIME-Version", "1.0");
    put("Content-Type", "text/plain; charset=utf-8");
    put("Content-Transfer-Encoding", "base64");
    put("Content-Language", message.language);
    put("Auto-Submitted", "auto-generated");
    put("List-Unsubscribe", &format!("<{}>", message.stop));
    put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    head.push_str("\r\n");
    let body = STANDARD.encode(message.text.replace('\n', "\r\n"));
    for line in body.as_bytes().chunks(76) {
        head.push_str(&String::from_utf8_lossy(line));
        head.push_str("\r\n");
    }
    head
}
/// Words of a header in RFC 2047's way, none of them split inside a letter.
fn encoded(text: &str) -> String {
    const LONGEST: usize = 42;
    let mut words = vec![String::new()];
    for c in text.chars().filter(|c| !c.is_control()) {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > LONGEST) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let words: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_ascii_in_short_lines_and_nothing_gets_into_its_head() {
        let message = Message {
            id: "1".into(),
            to: "pia@example.com".into(),
            language: "nb",
            subject: format!("Æ\r\nBcc: x@example.com {}", "å".repeat(60)),
            text: format!("Hei\n.\n{}", "ø".repeat(500)),
            stop: "https://portal.example/varsel/1/2/stop".into(),
        };
        let from = "varsel@portal.example".parse().unwrap();
        let now = Ts::new("2026-11-21T10:00:00Z".parse().unwrap());
        let text = written(&message, &from, now);
        assert!(text.is_ascii() && text.starts_with("Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"));
        assert!(text.split("\r\n").all(|line| line.len() <= 78 && !line.contains('\n')));
        assert!(!text.contains("\r\nBcc:"));
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let plain = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        assert_eq!(String::from_utf8(plain).unwrap(), message.text.replace('\n', "\r\n"));
        let subject = head.split("Subject: ").nth(1).unwrap().split("\r\nMIME").next().unwrap();
        let words = subject.split("\r\n ").map(|word| {
            let inner = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
            String::from_utf8(STANDARD.decode(inner).unwrap()).unwrap()
        });
        assert_eq!(words.collect::<String>(), message.subject.replace("\r\n", ""));
    }
}
