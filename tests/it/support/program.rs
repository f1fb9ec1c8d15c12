//! The program itself, as a process.
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_systembruker"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SYSTEMBRUKER_")) {
        command.env_remove(name);
    }
    command
}
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
/// A demo that ends with the test.
pub struct Demo {
    pub child: Child,
    pub portal: u16,
    pub sandbox: u16,
}
impl Drop for Demo {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
impl Demo {
    /// In that folder, on `SQLite` there or on the database that is named.
    pub fn start(data: &Path, database: Option<&str>, portal: u16, sandbox: u16) -> Self {
        Self::start_with(data, database, portal, sandbox, &[])
    }
    /// The same with more arguments.
    pub fn start_with(
        data: &Path,
        database: Option<&str>,
        portal: u16,
        sandbox: u16,
        more: &[&str],
    ) -> Self {
        let mut child = program()
            .args(["demo", "--data"])
            .arg(data)
            .args(database.iter().flat_map(|url| ["--database", url]))
            .args([
                "--listen",
                &format!("127.0.0.1:{portal}"),
                "--sandbox-listen",
                &format!("127.0.0.1:{sandbox}"),
            ])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ready = format!("ready: http://localhost:{portal}");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let demo = Self { child, portal, sandbox };
        assert!(
            lines.map_while(Result::ok).any(|line| line == ready),
            "the demo did not become ready"
        );
        demo
    }
    pub fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(!answer.is_empty());
        answer.rsplit("\r\n\r\n").next().unwrap().to_owned()
    }
    /// The status of an answer.
    pub fn status(port: u16, path: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap()
    }
    pub fn token(&self) -> String {
        let path = "/api/GetEnterpriseToken?orgNo=991825827&scopes=altinn:authentication/systemuser.request.write%20altinn:authentication/systemuser.request.read";
        Self::ask(self.sandbox, &format!("GET {path} HTTP/1.0\r\nHost: x\r\n\r\n"))
    }
    pub fn post(port: u16, path: &str, token: &str, body: &str) -> serde_json::Value {
        let length = body.len();
        let answer = Self::ask(
            port,
            &format!(
                "POST {path} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            ),
        );
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"))
    }
}
