//! How e-mail is sent. It is not, unless a server is named.
use super::{read_secret, secret_of};
use clap::{Args, ValueEnum};
use std::{fmt, net::IpAddr, path::PathBuf};

#[derive(Debug, Clone, Args)]
pub struct Smtp {
    /// The mail server, HOST or HOST:PORT. Without one no e-mail is sent, and nobody can ask for it.
    #[arg(long, env = "SYSTEMBRUKER_SMTP_HOST")]
    pub smtp_host: Option<String>,
    /// The address that e-mail is from.
    #[arg(long, env = "SYSTEMBRUKER_SMTP_FROM")]
    pub smtp_from: Option<String>,
    /// How the way to the server is closed to others. `none` is for a server on the same machine.
    #[arg(long, env = "SYSTEMBRUKER_SMTP_TLS", default_value = "starttls")]
    pub smtp_tls: Tls,
    #[arg(long, env = "SYSTEMBRUKER_SMTP_USER")]
    pub smtp_user: Option<String>,
    /// File with the user's password. Or the password itself in `SYSTEMBRUKER_SMTP_PASSWORD`.
    #[arg(long, env = "SYSTEMBRUKER_SMTP_PASSWORD_FILE")]
    pub smtp_password_file: Option<PathBuf>,
}

/// TLS on the way to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tls {
    /// The connection goes over to TLS before anything is said, or is given up; port 587.
    Starttls,
    /// TLS from the first byte; port 465.
    Tls,
    /// In the clear; port 25.
    None,
}

/// A mail server, and who we are there.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub from: String,
    pub tls: Tls,
    pub login: Option<Login>,
}
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, …)", self.user)
    }
}

impl Smtp {
    pub(super) fn settings(&self) -> Result<Option<SmtpSettings>, String> {
        let Some(named) = self.smtp_host.as_deref().filter(|host| !host.is_empty()) else {
            return Ok(None);
        };
        let (host, port) = self.server(named)?;
        let from = self.smtp_from.clone().ok_or("--smtp-host needs --smtp-from")?;
        from.parse::<lettre::Address>().map_err(|_| "--smtp-from is not an e-mail address")?;
        let password = match (&self.smtp_password_file, secret_of("SYSTEMBRUKER_SMTP_PASSWORD")) {
            (Some(file), _) => Some(read_secret(file)?),
            (None, password) => password,
        };
        let login = match (self.smtp_user.clone(), password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (None, None) => None,
            _ => return Err("--smtp-user and its password go together".into()),
        };
        let here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        if self.smtp_tls == Tls::None && login.is_some() && !here {
            return Err("--smtp-tls none would send the password in the clear".into());
        }
        Ok(Some(SmtpSettings { host, port, from, tls: self.smtp_tls, login }))
    }
    /// Host and port; the usual one for the kind of TLS where none is given.
    fn server(&self, named: &str) -> Result<(String, u16), String> {
        let wrong = || format!("--smtp-host is written HOST or HOST:PORT, not {named}");
        let url = url::Url::parse(&format!("smtp://{named}")).map_err(|_| wrong())?;
        let plain = url.path().is_empty() && url.username().is_empty() && url.query().is_none();
        let host = url.host_str().filter(|_| plain).ok_or_else(wrong)?;
        let usual = match self.smtp_tls {
            Tls::Starttls => 587,
            Tls::Tls => 465,
            Tls::None => 25,
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok((host.to_owned(), url.port().unwrap_or(usual)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(host: &str, tls: Tls) -> Smtp {
        let from = Some("varsel@portal.example".to_owned());
        let host = Some(host.to_owned());
        Smtp {
            smtp_host: host,
            smtp_from: from,
            smtp_tls: tls,
            smtp_user: None,
            smtp_password_file: None,
        }
    }

    #[test]
    fn no_server_is_no_mail_and_a_server_is_whole() {
        assert!(smtp("", Tls::Starttls).settings().unwrap().is_none());
        for (host, tls, at) in [
            ("mail.example", Tls::Starttls, ("mail.example", 587)),
            ("mail.example", Tls::Tls, ("mail.example", 465)),
            ("127.0.0.1:2525", Tls::None, ("127.0.0.1", 2525)),
            ("[::1]:26", Tls::None, ("::1", 26)),
        ] {
            let made = smtp(host, tls).settings().unwrap().unwrap();
            assert_eq!((made.host.as_str(), made.port), at);
        }
        for wrong in ["mail.example/x", "a@mail.example", "mail.example:x", "mail example", ":25"] {
            assert!(smtp(wrong, Tls::Starttls).settings().is_err(), "{wrong}");
        }
        let nobody = Smtp { smtp_from: Some("nobody".into()), ..smtp("x", Tls::Tls) };
        assert!(nobody.settings().is_err());
        assert!(Smtp { smtp_from: None, ..smtp("x", Tls::Tls) }.settings().is_err());
        let alone = Smtp { smtp_user: Some("u".into()), ..smtp("x", Tls::Tls) };
        assert!(alone.settings().unwrap_err().contains("go together"));
    }

    #[test]
    fn a_password_is_not_sent_in_the_clear_or_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hemmelig\n").unwrap();
        let with = |host, tls| Smtp {
            smtp_user: Some("u".into()),
            smtp_password_file: Some(file.clone()),
            ..smtp(host, tls)
        };
        assert!(with("mail.example", Tls::None).settings().unwrap_err().contains("in the clear"));
        let made = with("127.0.0.1", Tls::None).settings().unwrap().unwrap();
        assert!(made.login.as_ref().is_some_and(|login| login.password == "hemmelig"));
        assert!(!format!("{made:?}").contains("hemmelig"));
    }
}
