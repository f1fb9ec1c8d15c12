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

#[test]
fn a_demo_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, sandbox) = (free_port(), free_port());
    let mut demo = Demo::start(folder.path(), None, portal, sandbox);
    let token = demo.token();
    let ask = |reference: &str| {
        serde_json::json!({
            "systemId": "991825827_smartregnskap", "partyOrgNo": "310904473", "externalRef": reference,
            "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": "ske-krav-og-betalinger" }] }],
        })
        .to_string()
    };
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
