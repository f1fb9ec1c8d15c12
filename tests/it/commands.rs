//! The program as operators run it: what it says when it cannot, and that nothing is lost when it dies.
use crate::support::program::{Demo, free_port, program};
use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Output},
};

#[track_caller]
fn fails(output: &Output, says: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains(says), "no `{says}` in {text}");
}
#[track_caller]
fn fails_in_one_line(output: &Output, says: &str) {
    fails(output, says);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.trim().lines().count(), 1, "{text}");
}

const KEY: &str = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
fn serve(folder: &Path, public_url: &str) -> Command {
    let mut command = program();
    command
        .arg("serve")
        .args(["--database", &format!("sqlite://{}/serve.db", folder.display())])
        .args([
            "--public-url",
            public_url,
            "--oidc-issuer",
            "https://login.example",
            "--oidc-client-id",
            "x",
        ])
        .args(["--listen", &format!("127.0.0.1:{}", free_port())])
        .args(["--internal-listen", &format!("127.0.0.1:{}", free_port())])
        .env("SYSTEMBRUKER_EVENT_KEYS", KEY)
        .env("SYSTEMBRUKER_NUMBER_KEYS", KEY)
        .env("SYSTEMBRUKER_OIDC_CLIENT_SECRET", "hemmelig");
    command
}

#[test]
fn what_cannot_be_is_said_in_one_line_with_exit_code_two() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for url in
        ["http://portal.example", "https://portal.example/under", "https://portal.example/?q"]
    {
        fails_in_one_line(&serve(at, url).output().unwrap(), "--public-url must be https");
    }
    let https = "https://portal.example";
    fails_in_one_line(
        &serve(at, https).env_remove("SYSTEMBRUKER_EVENT_KEYS").output().unwrap(),
        "event keys are missing",
    );
    fails_in_one_line(
        &serve(at, https).env("SYSTEMBRUKER_NUMBER_KEYS", "k1:c2hvcnQ=").output().unwrap(),
        "shorter than 32 bytes",
    );
    let sandbox = KEY.replace("k1", "sandboxe1");
    fails_in_one_line(
        &serve(at, https).env("SYSTEMBRUKER_EVENT_KEYS", sandbox).output().unwrap(),
        "sandbox's",
    );
    fails_in_one_line(
        &serve(at, https).env_remove("SYSTEMBRUKER_OIDC_CLIENT_SECRET").output().unwrap(),
        "neither a secret nor a key",
    );
    let smtp = |args: &[&str]| {
        let mut command = serve(at, https);
        command.args(["--smtp-host", "mail.example"]).args(args);
        command.env("SYSTEMBRUKER_SMTP_PASSWORD", "hemmelig").output().unwrap()
    };
    fails_in_one_line(&smtp(&[]), "needs --smtp-from");
    let from = ["--smtp-from", "varsel@portal.example"];
    fails_in_one_line(&smtp(&from), "go together");
    let clear = [&from[..], &["--smtp-user", "u", "--smtp-tls", "none"]].concat();
    fails_in_one_line(&smtp(&clear), "in the clear");
    fails(&smtp(&["--smtp-tls", "perhaps"]), "starttls");
    fails(&serve(at, https).args(["--issuers", "vendor;x;y;none"]).output().unwrap(), "");
    fails(&serve(at, "not a url").output().unwrap(), "");
    let missing = program()
        .args(["migrate", "--database", "sqlite:///no/such/folder/x.db"])
        .output()
        .unwrap();
    fails_in_one_line(&missing, "cannot be opened");
    fails_in_one_line(
        &program().args(["migrate", "--database", "mysql://x"]).output().unwrap(),
        "sqlite://FILE or postgres://",
    );
    let unreachable = program()
        .args(["migrate", "--database", "postgres://nobody@127.0.0.1:1/x"])
        .output()
        .unwrap();
    fails_in_one_line(&unreachable, "cannot be opened");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let demo = |listen: &str| {
        let mut command = program();
        command.args(["demo", "--data"]).arg(at.join("d")).args([
            "--listen",
            listen,
            "--sandbox-listen",
            "127.0.0.1:0",
        ]);
        command.output().unwrap()
    };
    fails_in_one_line(&demo(&address), "cannot listen on");
    fails_in_one_line(&demo("0.0.0.0:0"), "loopback only");
    fails(&program().output().unwrap(), "Usage");
}

#[test]
fn a_look_makes_nothing_and_a_copy_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let url = format!("sqlite://{}", file.display());
    let copy = folder.path().join("copy.db");
    fails_in_one_line(
        &program().args(["backup", "--database", &url]).arg(&copy).output().unwrap(),
        "cannot be opened",
    );
    assert!(!file.exists() && !copy.exists());
    assert!(program().args(["migrate", "--database", &url]).status().unwrap().success());
    assert!(program().args(["migrate", "--database", &url]).status().unwrap().success());
    let done = program().args(["backup", "--database", &url]).arg(&copy).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    fails_in_one_line(
        &program().args(["backup", "--database", &url]).arg(&copy).output().unwrap(),
        "is there already",
    );
    let verify = |url: &str, head: &str| {
        let mut command = program();
        command
            .args(["history", "verify", "--database", url, "--head", head])
            .env("SYSTEMBRUKER_EVENT_KEYS", KEY);
        command.output().unwrap()
    };
    let copied = format!("sqlite://{}", copy.display());
    assert!(verify(&copied, "0:").status.success());
    assert_eq!(verify(&copied, &format!("7:{}", "0".repeat(64))).status.code(), Some(1));
    fails_in_one_line(&verify(&copied, "x"), "NUMBER:HASH");
}

/// A vendor's request for the demo's customer.
fn ask(reference: &str) -> String {
    serde_json::json!({
        "systemId": "991825827_smartregnskap", "partyOrgNo": "310904473", "externalRef": reference,
        "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": "ske-krav-og-betalinger" }] }],
    })
    .to_string()
}

#[test]
fn a_demo_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, sandbox) = (free_port(), free_port());
    let mut demo = Demo::start(folder.path(), None, portal, sandbox);
    let token = demo.token();
    let path = "/authentication/api/v1/systemuser/request/vendor";
    let made = Demo::post(demo.portal, path, &token, &ask("first"));
    let decide = serde_json::json!({ "confirmUrl": made["confirmUrl"], "pid": "12837810092", "decision": "approve" });
    let decided = Demo::post(demo.sandbox, "/api/decide", "", &decide.to_string());
    assert_eq!(decided["status"], "Accepted", "{decided}");
    let waiting = Demo::post(demo.portal, path, &token, &ask("second"));
    // Without a word of warning, right after the answer.
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();
    drop(demo);
    let again = Demo::start(folder.path(), None, portal, sandbox);
    let token = again.token();
    let answer = Demo::post(again.portal, path, &token, &ask("second"));
    assert_eq!(answer["id"], waiting["id"], "the request was on disk");
    let answer = Demo::post(again.portal, path, &token, &ask("first"));
    assert_eq!(answer["code"], "AUTH-00004", "and so was the decision");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    let stores: Vec<_> = names
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "db"))
        .collect();
    assert_eq!(stores, ["systembruker.db"], "{names:?}");
    // No national number stands in the file in clear.
    for name in names.iter().filter(|name| name.starts_with("systembruker.db")) {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let found = bytes.windows(11).any(|window| window == b"12837810092");
        assert!(!found, "{name}");
    }
}

#[test]
fn a_demo_starts_over_when_it_is_told_to_on_sqlite() {
    a_demo_starts_over(None);
}
#[test]
#[ignore = "needs TEST_POSTGRES"]
fn a_demo_starts_over_when_it_is_told_to_on_postgres() {
    let database = tokio::runtime::Runtime::new().unwrap().block_on(crate::support::database());
    let url = sqlx::ConnectOptions::to_url_lossy(&database.options());
    a_demo_starts_over(Some(url.as_str()));
}
fn a_demo_starts_over(database: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let (portal, sandbox) = (free_port(), free_port());
    let start = |more: &[&str]| Demo::start_with(folder.path(), database, portal, sandbox, more);
    let path = "/authentication/api/v1/systemuser/request/vendor";
    let demo = start(&[]);
    let made = Demo::post(portal, path, &demo.token(), &ask("first"));
    let made = made["id"].as_str().unwrap().to_owned();
    let person = serde_json::json!({ "name": "Ny Person", "roles": [] }).to_string();
    let person = Demo::post(sandbox, "/api/people", "", &person);
    assert!(person["pid"].is_string(), "{person}");
    let state = folder.path().join("sandbox.json");
    let remembers = || std::fs::read_to_string(&state).unwrap().contains("Ny Person");
    assert!(remembers());
    drop(demo);
    let demo = start(&[]);
    let again = Demo::post(portal, path, &demo.token(), &ask("first"));
    assert_eq!(again["id"], *made, "it goes on");
    drop(demo);
    let demo = start(&["--reset"]);
    let anew = Demo::post(portal, path, &demo.token(), &ask("first"));
    assert_ne!(anew["id"], *made, "it has started over");
    assert!(!remembers(), "the sandbox too");
}

/// What is under way when the operator stops the process is finished, and no more is taken in.
#[cfg(unix)]
#[test]
fn a_stop_lets_what_is_under_way_finish() {
    use std::io::{Read as _, Write as _};
    let folder = tempfile::tempdir().unwrap();
    let (portal, sandbox, inside) = (free_port(), free_port(), free_port());
    let internal = format!("127.0.0.1:{inside}");
    let mut demo =
        Demo::start_with(folder.path(), None, portal, sandbox, &["--internal-listen", &internal]);
    let ready = || Demo::status(inside, "/readyz");
    assert_eq!(ready(), 200);
    let (token, body) = (demo.token(), ask("slow"));
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", portal)).unwrap();
    let head = format!(
        "POST /authentication/api/v1/systemuser/request/vendor HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body.as_bytes()[..10]).unwrap();
    // The head is being answered by now: the process waits for the rest of the body.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let pid = demo.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let began = std::time::Instant::now();
    while ready() != 503 {
        assert!(began.elapsed().as_secs() < 5, "readiness says nothing of the stop");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(demo.child.wait().unwrap().success());
    let made = answer.rsplit("\r\n\r\n").next().unwrap();
    let made: serde_json::Value = serde_json::from_str(made).unwrap();
    drop(demo);
    let demo = Demo::start(folder.path(), None, portal, sandbox);
    let path = "/authentication/api/v1/systemuser/request/vendor";
    let again = Demo::post(portal, path, &demo.token(), &body);
    assert_eq!(again["id"], made["id"], "what was acknowledged is on disk");
}
