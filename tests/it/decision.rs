//! Decisions, over HTTP: XACML in JSON and the plain form, on what stands in the store at that moment.
use crate::{
    clients::world,
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, CUSTOMER, KARI, OLA, PIA, RESOURCE, SIV, SYSTEM, TOR, VENDOR,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use systembruker::{
    authority::{self, Items},
    clients::Fate,
    db::Json,
    ids::{OrgNo, PartyUuid, PersonNo, SystemUserId},
    registers::seed::{Held, Holder},
    system_users,
};
use uuid::Uuid;

on_each_engine!(
    what_was_approved_is_permitted_until_it_is_revoked,
    the_answer_is_as_the_contract_writes_it,
    a_party_is_named_in_three_ways,
    names_are_read_in_any_case_and_shape,
    many_are_asked_for_at_once,
    what_cannot_be_understood_is_indeterminate,
    a_body_that_is_no_request_is_told_so,
    no_body_makes_it_fail,
    tokens_are_asked_for,
    causes_are_told,
    an_agent_acts_for_its_clients,
    what_a_main_unit_gives_reaches_its_sub_units,
    an_agent_reaches_its_clients_sub_units,
    a_main_unit_and_its_sub_unit_are_permitted_in_one_question,
    sixteen_sub_units_with_their_main_units_cost_two_statements,
    a_right_is_for_what_its_giver_could_give,
    a_service_may_be_limited_to_some,
    a_person_may_be_asked_about,
    a_closed_role_and_a_removed_package_show_at_once,
    an_old_role_follows_from_a_register_role,
    a_decision_asks_two_statements,
    the_day_of_use_is_written_once,
    who_could_approve_is_counted,
);

const AUTHORIZE: &str = "/authorization/api/v1/authorize";
const DECISION: &str = "/authorization/api/v1/decision";
const CHECK: &str = "/authorization/api/v1/check";
const SCOPE: &str = "altinn:authorization/authorize";
const SUBJECT: &str = "urn:altinn:systemuser:uuid";
const ACTION: &str = "urn:oasis:names:tc:xacml:1.0:action:action-id";
const ORG_NO: &str = "urn:altinn:organization:identifier-no";
const KRAV: &str = "urn:altinn:accesspackage:krav-og-utlegg";

async fn post(bench: &Bench, path: &str, body: String) -> Answer {
    let token = bench.outside.vendor_token("974761076", SCOPE);
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    Answer::of(&bench.router, request.body(Body::from(body)).unwrap()).await
}
/// The results of an XACML request.
async fn ask(bench: &Bench, body: &Value) -> Vec<Value> {
    let answer = post(bench, AUTHORIZE, body.to_string()).await;
    answer.is(200);
    answer.json()["Response"].as_array().unwrap().clone()
}
pub async fn check(bench: &Bench, user: Uuid, action: &str, party: &str) -> Value {
    let body =
        json!({ "systemUser": user, "resource": RESOURCE, "action": action, "party": party });
    let answer = post(bench, CHECK, body.to_string()).await;
    answer.is(200);
    answer.json()
}
pub async fn cause(bench: &Bench, user: Uuid, action: &str, party: &str) -> String {
    let answer = check(bench, user, action, party).await;
    answer["cause"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

pub fn attribute(id: &str, value: impl Into<Value>) -> Value {
    json!({ "AttributeId": id, "Value": value.into() })
}
fn category(attributes: &[Value]) -> Value {
    json!([{ "Attribute": attributes }])
}
/// An ordinary question.
fn xacml(user: Uuid, action: &str, org_no: &str) -> Value {
    json!({ "Request": {
        "ReturnPolicyIdList": false,
        "AccessSubject": category(&[attribute(SUBJECT, user.to_string())]),
        "Action": category(&[attribute(ACTION, action)]),
        "Resource": category(&[attribute("urn:altinn:resource", RESOURCE), attribute(ORG_NO, org_no)]),
    }})
}

async fn party(bench: &Bench, org_no: &str) -> PartyUuid {
    let find = "select id from party where org_no = $1";
    let (id,): (PartyUuid,) = bench.app.store.query(find).bind(org_no).one().await.unwrap();
    id
}
async fn person(bench: &Bench, name: &str) -> (PartyUuid, i64) {
    let find = "select id, party_id from party where name = $1";
    bench.app.store.query(find).bind(name).one().await.unwrap()
}
async fn run(bench: &Bench, sql: &'static str) {
    assert!(bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap() > 0);
}
/// Lets the organisation in to the resource, to these actions.
async fn let_in(bench: &Bench, resource: &str, org_no: &str, actions: &[&str]) {
    let sql = "insert into access_list (id, resource, party, actions, valid_from) values ($1, $2, $3, $4, $5)";
    let (party, now) = (party(bench, org_no).await, bench.app.clock.now());
    let done = bench.app.store.write(async |tx| {
        let query = tx.query(sql).bind(Uuid::new_v4()).bind(resource).bind(party);
        query.bind(Json(&actions)).bind(now).exec().await
    });
    assert_eq!(done.await.unwrap(), 1);
}
/// A system user of the organisation's with these grants: a package's urn, or a resource.
pub async fn system_user(bench: &Bench, kind: &str, owner: &str, grants: &[&str]) -> Uuid {
    let (id, owner, now) = (Uuid::new_v4(), party(bench, owner).await, bench.app.clock.now());
    let insert = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created) values ($1, $2, $3, $4, $5, 't', 't', 0, 0, $6)";
    let grant = "insert into system_user_grant (system_user, kind, item) values ($1, $2, $3)";
    bench
        .app
        .store
        .write(async |tx| {
            let query = tx.query(insert).bind(id).bind(kind).bind(owner).bind(SYSTEM);
            query.bind(id.to_string()).bind(now).exec().await?;
            for item in grants {
                let kind = if item.starts_with("urn:") { "package" } else { "right" };
                tx.query(grant).bind(id).bind(kind).bind(*item).exec().await?;
            }
            Ok::<_, systembruker::db::Error>(())
        })
        .await
        .unwrap();
    id
}

async fn what_was_approved_is_permitted_until_it_is_revoked(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let user: Uuid = id.parse().unwrap();
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "no-system-user");
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("/accessmanagement/ui/systemuser/request?id={id}&DONTCHOOSEREPORTEE=true");
    let form = pia.get(&page).await.form("/approve");
    pia.submit(&form).await.is(303);
    assert_eq!(
        check(&bench, user, "read", "0192:310904473").await,
        json!({ "decision": "Permit", "via": { "type": "right", "id": RESOURCE } })
    );
    assert_eq!(ask(&bench, &xacml(user, "read", CUSTOMER)).await[0]["Decision"], "Permit");
    let form = pia.get(&format!("/accessmanagement/ui/systemuser/{id}/revoke")).await;
    pia.submit(&form.form("/revoke")).await.is(303);
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "revoked");
    assert_eq!(ask(&bench, &xacml(user, "read", CUSTOMER)).await[0]["Decision"], "NotApplicable");
}

async fn the_answer_is_as_the_contract_writes_it(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let status = json!({ "StatusCode": { "Value": "urn:oasis:names:tc:xacml:1.0:status:ok" } });
    let permit = json!({ "Response": [{
        "Decision": "Permit", "Status": status,
        "Obligations": [{
            "id": "urn:altinn:obligation:1",
            "attributeAssignment": [{
                "attributeId": "urn:altinn:obligation-assignment:1", "value": "3",
                "category": "urn:altinn:minimum-authenticationlevel",
                "dataType": "http://www.w3.org/2001/XMLSchema#integer",
            }],
        }],
    }]});
    for path in [AUTHORIZE, DECISION] {
        let answer = post(&bench, path, xacml(user, "read", CUSTOMER).to_string()).await;
        assert_eq!(answer.is(200).json(), permit);
        let answer = post(&bench, path, xacml(user, "write", CUSTOMER).to_string()).await;
        let no = json!({ "Response": [{ "Decision": "NotApplicable", "Status": status }] });
        assert_eq!(answer.is(200).json(), no);
    }
    let via = json!({ "type": "package", "id": KRAV });
    let plain = json!({ "decision": "Permit", "via": via });
    assert_eq!(check(&bench, user, "read", CUSTOMER).await, plain);
    let mut body = xacml(user, "read", CUSTOMER);
    body["Request"]["Resource"][0]["Attribute"][1]["IncludeInResult"] = json!(true);
    body["Request"]["Resource"][0]["Attribute"][1]["DataType"] = json!("string");
    assert_eq!(
        ask(&bench, &body).await[0]["category"],
        json!([{
            "CategoryId": "urn:oasis:names:tc:xacml:3.0:attribute-category:resource",
            "Attribute": [{
                "AttributeId": ORG_NO, "Value": CUSTOMER, "IncludeInResult": true, "DataType": "string",
            }],
        }])
    );
}

async fn a_party_is_named_in_three_ways(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let id = party(&bench, CUSTOMER).await;
    let find = "select party_id from party where org_no = '310904473'";
    let number = bench.count(find).await;
    let resource = |party: &[Value]| {
        let mut body = xacml(user, "read", CUSTOMER);
        let all = &mut body["Request"]["Resource"][0]["Attribute"];
        all.as_array_mut().unwrap().truncate(1);
        all.as_array_mut().unwrap().extend(party.iter().cloned());
        body
    };
    let uuid = attribute("urn:altinn:party:uuid", id.to_string());
    let theirs = party(&bench, ACCOUNTANTS).await.to_string();
    for (named, expected) in [
        (vec![uuid.clone()], "Permit"),
        (vec![attribute("urn:altinn:partyid", number)], "Permit"),
        (vec![attribute("urn:altinn:partyid", number.to_string())], "Permit"),
        (vec![attribute(ORG_NO, CUSTOMER), uuid.clone()], "Permit"),
        (vec![attribute(ORG_NO, ACCOUNTANTS), uuid], "NotApplicable"),
        (vec![attribute("urn:altinn:party:uuid", theirs)], "NotApplicable"),
        (vec![attribute("urn:altinn:partyid", 1)], "NotApplicable"),
        (vec![attribute(ORG_NO, "310000043")], "NotApplicable"),
    ] {
        assert_eq!(ask(&bench, &resource(&named)).await[0]["Decision"], expected, "{named:?}");
    }
    // The plain form takes a number, with or without its authority, or a uuid.
    for named in ["0192:310904473", CUSTOMER, &id.to_string()] {
        assert_eq!(check(&bench, user, "read", named).await["decision"], "Permit");
    }
    run(&bench, "update party set deleted = valid_from from assignment where org_no = '310904473'")
        .await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "organisation-ended");
}

async fn names_are_read_in_any_case_and_shape(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let text = xacml(user, "read", CUSTOMER).to_string();
    let names =
        ["Request", "AccessSubject", "Action", "Resource", "Attribute", "AttributeId", "Value"];
    let recased = |change: fn(&str) -> String| {
        names.iter().fold(text.clone(), |text, name| {
            text.replace(&format!("\"{name}\":"), &format!("\"{}\":", change(name)))
        })
    };
    let camel = |name: &str| format!("{}{}", name[..1].to_lowercase(), &name[1..]);
    let subject = json!({ "Attribute": attribute(SUBJECT, json!([user.to_string()])) });
    let long =
        |id: &str, attributes: &[Value]| json!({ "CategoryId": id, "Attribute": attributes });
    let about = [attribute("urn:altinn:resource", RESOURCE), attribute(ORG_NO, CUSTOMER)];
    let app = [
        attribute("urn:altinn:org", "ske"),
        attribute("urn:altinn:app", "krav"),
        attribute(ORG_NO, CUSTOMER),
    ];
    let act = attribute(ACTION, "read");
    let who = attribute(SUBJECT, user.to_string());
    let shapes = [
        text.clone(),
        recased(str::to_lowercase),
        recased(str::to_uppercase),
        recased(camel),
        // One where a list may stand.
        json!({ "Request": { "AccessSubject": subject, "Action": { "Attribute": act }, "Resource": { "Attribute": about } } }).to_string(),
        // Categories by their long names, and ones that nothing hangs on.
        json!({ "Request": { "Category": [
            long("urn:oasis:names:tc:xacml:1.0:subject-category:access-subject", std::slice::from_ref(&who)),
            long("urn:oasis:names:tc:xacml:3.0:attribute-category:action", std::slice::from_ref(&act)),
            long("urn:oasis:names:tc:xacml:3.0:attribute-category:resource", &about),
            long("urn:example:other", &[attribute("x", "y")]),
        ], "Environment": [{ "Attribute": [attribute("urn:example:time", "now")] }], "XPathVersion": "x" } }).to_string(),
        // The resource and its party in two objects of one category.
        json!({ "Request": {
            "AccessSubject": category(std::slice::from_ref(&who)), "Action": category(std::slice::from_ref(&act)),
            "Resource": [{ "Attribute": [about[0]] }, { "Attribute": [about[1]] }], "MultiRequests": null,
        } }).to_string(),
    ];
    for shape in shapes {
        let answer = post(&bench, AUTHORIZE, shape.clone()).await;
        assert_eq!(answer.is(200).json()["Response"][0]["Decision"], "Permit", "{shape}");
    }
    let app = json!({ "Request": { "AccessSubject": category(&[who]), "Action": category(&[act]), "Resource": category(&app) } });
    assert_eq!(ask(&bench, &app).await[0]["Decision"], "NotApplicable");
    bench
        .seed
        .resources(&[json!({ "identifier": "app_ske_krav", "title": { "nb": "x" }, "minLevel": 0,
            "opens": [{ "by": KRAV, "actions": ["read"] }] })])
        .await
        .unwrap();
    bench
        .app
        .catalogue
        .replace(systembruker::catalogue::store::load(&bench.app.store).await.unwrap());
    let permit = ask(&bench, &app).await;
    assert_eq!(permit[0]["Decision"], "Permit");
    assert!(permit[0].get("Obligations").is_none(), "no level, nothing to see to");
}

async fn many_are_asked_for_at_once(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let other = system_user(&bench, "standard", ACCOUNTANTS, &[RESOURCE]).await;
    let named = |id: &str, attributes: &[Value]| json!({ "Id": id, "Attribute": attributes });
    let about = |id: &str, org_no: &str| {
        let mut party = attribute(ORG_NO, org_no);
        party["IncludeInResult"] = json!(true);
        named(id, &[attribute("urn:altinn:resource", RESOURCE), party])
    };
    let set = |ids: &[&str]| json!({ "ReferenceId": ids });
    let body = json!({ "Request": {
        "AccessSubject": [
            named("s1", &[attribute(SUBJECT, user.to_string())]),
            named("s2", &[attribute(SUBJECT, other.to_string())]),
            named("s3", &[attribute(SUBJECT, "x")]),
        ],
        "Action": [named("a1", &[attribute(ACTION, "read")]), named("a2", &[attribute(ACTION, "write")])],
        "Resource": [about("r1", CUSTOMER), about("r2", ACCOUNTANTS)],
        "MultiRequests": { "RequestReference": [
            set(&["s1", "a1", "r1"]), set(&["s1", "a1", "r2"]), set(&["s3", "a1", "r1"]),
            set(&["s2", "a1", "r2"]), set(&["s2", "a2", "r2"]), set(&["s1", "a1"]),
            set(&["s1", "a1", "r9"]), set(&[]), set(&["r1", "a1", "s1"]),
        ] },
    }});
    let results = ask(&bench, &body).await;
    let decisions: Vec<&str> = results.iter().map(|r| r["Decision"].as_str().unwrap()).collect();
    let (yes, no, what) = ("Permit", "NotApplicable", "Indeterminate");
    assert_eq!(decisions, [yes, no, what, yes, no, what, what, what, yes]);
    let echoed = |at: usize| &results[at]["category"][0]["Attribute"][0]["Value"];
    assert_eq!(
        (echoed(0), echoed(1), echoed(2)),
        (&json!(CUSTOMER), &json!(ACCOUNTANTS), &json!(CUSTOMER))
    );
    let status = |at: usize| results[at]["Status"]["StatusCode"]["Value"].as_str().unwrap();
    assert!(status(2).ends_with(":syntax-error") && status(5).ends_with(":missing-attribute"));
    let mut too_many = body.clone();
    too_many["Request"]["MultiRequests"]["RequestReference"] =
        json!(vec![set(&["s1", "a1", "r1"]); 501]);
    post(&bench, AUTHORIZE, too_many.to_string()).await.is(400);
    too_many["Request"]["MultiRequests"]["RequestReference"].as_array_mut().unwrap().pop();
    let results = ask(&bench, &too_many).await;
    assert!(results.len() == 500 && results.iter().all(|r| r["Decision"] == "Permit"));
}

type Change = fn(&mut Value);
/// One thing that is wrong with a request, and what its status says.
fn misunderstandings() -> Vec<(&'static str, Change, &'static str)> {
    vec![
        (
            "no subject",
            |r| drop(r.as_object_mut().unwrap().remove("AccessSubject")),
            "missing-attribute",
        ),
        ("an empty subject", |r| r["AccessSubject"] = json!([]), "missing-attribute"),
        (
            "a subject of another kind",
            |r| r["AccessSubject"] = category(&[attribute(ORG_NO, "310904473")]),
            "missing-attribute",
        ),
        (
            "a system user and more",
            |r| {
                r["AccessSubject"][0]["Attribute"]
                    .as_array_mut()
                    .unwrap()
                    .push(attribute("urn:altinn:userid", 1));
            },
            "syntax-error",
        ),
        (
            "two system users",
            |r| {
                let all = r["AccessSubject"][0]["Attribute"].as_array_mut().unwrap();
                all.push(attribute(SUBJECT, uuid::Uuid::nil().to_string()));
            },
            "syntax-error",
        ),
        (
            "a system user that is no uuid",
            |r| r["AccessSubject"][0]["Attribute"][0]["Value"] = json!("x"),
            "syntax-error",
        ),
        (
            "a value that is an object",
            |r| r["AccessSubject"][0]["Attribute"][0]["Value"] = json!({}),
            "syntax-error",
        ),
        (
            "a value that is null",
            |r| r["AccessSubject"][0]["Attribute"][0]["Value"] = Value::Null,
            "missing-attribute",
        ),
        (
            "an attribute without a name",
            |r| {
                r["AccessSubject"][0]["Attribute"][0]
                    .as_object_mut()
                    .unwrap()
                    .remove("AttributeId");
            },
            "syntax-error",
        ),
        ("a category that is a text", |r| r["AccessSubject"] = json!("x"), "syntax-error"),
        ("no action", |r| r["Action"] = json!([]), "missing-attribute"),
        (
            "two actions",
            |r| r["Action"][0]["Attribute"][0]["Value"] = json!(["read", "write"]),
            "syntax-error",
        ),
        (
            "no resource",
            |r| drop(r["Resource"][0]["Attribute"].as_array_mut().unwrap().remove(0)),
            "missing-attribute",
        ),
        (
            "no party",
            |r| drop(r["Resource"][0]["Attribute"].as_array_mut().unwrap().remove(1)),
            "missing-attribute",
        ),
        (
            "a number that is none",
            |r| r["Resource"][0]["Attribute"][1]["Value"] = json!("310904474"),
            "syntax-error",
        ),
        (
            "a resource that can be none",
            |r| r["Resource"][0]["Attribute"][0]["Value"] = json!("a/b"),
            "syntax-error",
        ),
        ("decisions to be combined", |r| r["CombinedDecision"] = json!(true), "processing-error"),
    ]
}

async fn what_cannot_be_understood_is_indeterminate(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    for (what, change, status) in misunderstandings() {
        let mut body = xacml(user, "read", CUSTOMER);
        change(&mut body["Request"]);
        let results = ask(&bench, &body).await;
        assert_eq!(results.len(), 1, "{what}");
        assert_eq!(results[0]["Decision"], "Indeterminate", "{what}");
        let code = results[0]["Status"]["StatusCode"]["Value"].as_str().unwrap();
        assert_eq!(code, format!("urn:oasis:names:tc:xacml:1.0:status:{status}"), "{what}");
        assert!(results[0].get("Obligations").is_none());
    }
}

async fn a_body_that_is_no_request_is_told_so(bench: Bench) {
    for body in ["{}", "[]", "null", "{\"Request\":[]}", "{\"Request\":null}"] {
        let answer = post(&bench, AUTHORIZE, body.into()).await;
        assert_eq!(answer.is(200).json()["Response"][0]["Decision"], "Indeterminate", "{body}");
    }
    for body in ["", "{", "{\"Request\":}", "<Request/>"] {
        post(&bench, AUTHORIZE, body.into()).await.is(400);
    }
    let good = json!({ "systemUser": Uuid::nil(), "resource": RESOURCE, "action": "read", "party": CUSTOMER });
    for (member, value) in [
        ("systemUser", json!("x")),
        ("systemUser", Value::Null),
        ("resource", json!("a b")),
        ("action", json!("")),
        ("party", json!("310904474")),
        ("party", json!("0192:x")),
        ("party", json!(1)),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let answer = post(&bench, CHECK, body.to_string()).await;
        assert!(answer.is(400).json()["errors"].is_object(), "{member}");
    }
}

/// Every value in a request that asks for several, and in a plain one, swapped for what it is not.
async fn no_body_makes_it_fail(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let mut whole = xacml(user, "read", CUSTOMER);
    for (name, id) in [("AccessSubject", "s"), ("Action", "a"), ("Resource", "r")] {
        whole["Request"][name][0]["Id"] = json!(id);
    }
    whole["Request"]["MultiRequests"] =
        json!({ "RequestReference": [{ "ReferenceId": ["s", "a", "r"] }] });
    let plain =
        json!({ "systemUser": user, "resource": RESOURCE, "action": "read", "party": CUSTOMER });
    let (mut asked, mut permits) = (0, 0);
    for (path, body) in [(AUTHORIZE, whole), (CHECK, plain)] {
        for place in places(&body, String::new()) {
            for value in [
                Value::Null,
                json!(true),
                json!(-1),
                json!(1e300),
                json!(i64::MIN),
                json!(u64::MAX),
                json!(""),
                json!("\0"),
                json!("'; --"),
                json!("æ\u{202e}"),
                json!("x".repeat(5000)),
                json!([]),
                json!({}),
                json!([[[]]]),
                json!([null, {}]),
                json!({ "Attribute": { "AttributeId": 1 } }),
            ] {
                let mut changed = body.clone();
                *changed.pointer_mut(&place).unwrap() = value;
                let answer = post(&bench, path, changed.to_string()).await;
                assert!(matches!(answer.status.as_u16(), 200 | 400), "{place}: {}", answer.body);
                asked += 1;
                permits += usize::from(answer.body.contains("\"Permit\""));
            }
        }
    }
    assert!(asked > 300, "{asked}");
    // What is not asked about may be anything: the name of a set, a flag that nobody reads.
    assert!(permits > 0 && permits * 4 < asked, "{permits} of {asked}");
}
fn places(value: &Value, at: String) -> Vec<String> {
    let within: Vec<String> = match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, v)| places(v, format!("{at}/{name}"))).collect()
        }
        Value::Array(all) => {
            all.iter().enumerate().flat_map(|(n, v)| places(v, format!("{at}/{n}"))).collect()
        }
        _ => Vec::new(),
    };
    [at].into_iter().chain(within).collect()
}

async fn tokens_are_asked_for(bench: Bench) {
    let body = xacml(Uuid::nil(), "read", CUSTOMER).to_string();
    for path in [AUTHORIZE, DECISION, CHECK] {
        let send = async |authorization: Option<String>| {
            let mut request = Request::post(path).header("content-type", "application/json");
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            Answer::of(&bench.router, request.body(Body::from(body.clone())).unwrap()).await
        };
        send(None).await.is(401);
        send(Some("Bearer x".into())).await.is(401);
        let person = bench.outside.end_user_claims(PIA.1, SCOPE);
        let header = crate::support::issuer::header();
        let person = crate::support::issuer::sign(&header, &person);
        send(Some(format!("Bearer {person}"))).await.is(401);
        for scopes in ["", "altinn:authorization/authorize.admin", "altinn:authorization"] {
            let token = bench.outside.vendor_token(VENDOR, scopes);
            send(Some(format!("Bearer {token}"))).await.is(403);
        }
        // The platform asks with a token of its own, in a header of its own.
        let platform = async |issuer: &str| {
            let mut claims = bench.outside.vendor_claims(VENDOR, "");
            claims["iss"] = json!(format!("{}/{issuer}", bench.outside.url));
            let token = crate::support::issuer::sign(&header, &claims);
            let request = Request::post(path)
                .header("content-type", "application/json")
                .header("platformaccesstoken", token);
            let request = request.body(Body::from(body.clone())).unwrap();
            Answer::of(&bench.router, request).await.status.as_u16()
        };
        assert_eq!(platform("platform").await, if path == CHECK { 400 } else { 200 });
        assert_eq!(platform("maskinporten").await, 401);
        let mut nobody = bench.browser();
        nobody.get(path).await.is(405);
    }
}

async fn causes_are_told(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    assert_eq!(cause(&bench, Uuid::new_v4(), "read", CUSTOMER).await, "no-system-user");
    assert_eq!(cause(&bench, user, "write", CUSTOMER).await, "action-not-granted");
    assert_eq!(cause(&bench, user, "read", ACCOUNTANTS).await, "wrong-organisation");
    assert_eq!(cause(&bench, user, "read", "310000043").await, "unknown-party");
    let body =
        json!({ "systemUser": user, "resource": "no-such", "action": "read", "party": CUSTOMER });
    let answer = post(&bench, CHECK, body.to_string()).await;
    assert_eq!(answer.json(), json!({ "decision": "NotApplicable", "cause": "unknown-resource" }));
    let other = system_user(&bench, "standard", CUSTOMER, &["urn:altinn:accesspackage:toll"]).await;
    assert_eq!(cause(&bench, other, "read", CUSTOMER).await, "not-granted");
    run(&bench, "update system_user set valid_to = created").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "expired");
    run(&bench, "update system_user set paused = created").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "paused");
    run(&bench, "update system_user set paused = null, valid_to = null").await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    run(&bench, "delete from system_user_grant").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "not-granted");
    run(&bench, "update system_user set revoked = created").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "revoked");
}

async fn an_agent_acts_for_its_clients(bench: Bench) {
    let accountants = "urn:altinn:accesspackage:regnskapsforer-lonn";
    let resource = json!({
        "identifier": RESOURCE, "title": { "nb": "Krav" }, "owner": "974761076",
        "opens": [{ "by": accountants, "actions": ["read"] }, { "by": KRAV, "actions": ["write"] }],
    });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
    let user = system_user(&bench, "agent", ACCOUNTANTS, &[accountants]).await;
    for party in [CUSTOMER, ACCOUNTANTS, VENDOR] {
        assert_eq!(cause(&bench, user, "read", party).await, "not-a-client", "{party}");
    }
    let (kari, id) = (world::on(&bench, KARI, ACCOUNTANTS).await, SystemUserId(user));
    assert_eq!(world::add(&bench, kari, id, CUSTOMER).await, Fate::Done);
    let via = json!({ "type": "package", "id": accountants, "client": true });
    assert_eq!(
        check(&bench, user, "read", CUSTOMER).await,
        json!({ "decision": "Permit", "via": via })
    );
    assert_eq!(cause(&bench, user, "write", CUSTOMER).await, "action-not-granted");
    assert_eq!(cause(&bench, user, "read", VENDOR).await, "not-a-client");
    assert_eq!(cause(&bench, user, "read", ACCOUNTANTS).await, "not-a-client");
    let statements = bench.app.store.statements();
    assert_eq!(ask(&bench, &xacml(user, "read", CUSTOMER)).await[0]["Decision"], "Permit");
    assert!(bench.app.store.statements() - statements <= 2);
    run(&bench, "update system_user set paused = created").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "paused");
    run(&bench, "update system_user set paused = null").await;
    assert_eq!(world::remove(&bench, kari, id, CUSTOMER).await, Fate::Done);
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "not-a-client");
    // For itself only when all that it has may be for its owner's own.
    let own = system_user(&bench, "agent", ACCOUNTANTS, &[KRAV]).await;
    let tor = world::on(&bench, TOR, ACCOUNTANTS).await;
    let done = systembruker::clients::add_own(&bench.app, tor, SystemUserId(own)).await;
    assert_eq!(done.unwrap(), Fate::Done);
    let via = json!({ "type": "package", "id": KRAV });
    assert_eq!(
        check(&bench, own, "write", ACCOUNTANTS).await,
        json!({ "decision": "Permit", "via": via })
    );
    assert!(systembruker::clients::add_own(&bench.app, tor, id).await.is_err());
}

/// A sub-unit of the customer's, and one of the accountants'.
const SHOP: &str = "310000043";
const BRANCH: &str = "315555019";
/// A client of the accountants', and its sub-unit.
const CLIENT: &str = "313555011";
const CLIENTS_SHOP: &str = "315555027";

async fn sub_units(bench: &Bench) {
    for (number, form) in [(SHOP, "BEDR"), (BRANCH, "AAFY"), (CLIENT, "AS"), (CLIENTS_SHOP, "BEDR")]
    {
        bench.seed.organisation(&number.parse().unwrap(), number, form).await.unwrap();
    }
    for (part, main) in [(SHOP, CUSTOMER), (BRANCH, ACCOUNTANTS), (CLIENTS_SHOP, CLIENT)] {
        let main = party(bench, main).await;
        let sql = "update party set parent = $1 where org_no = $2";
        let done =
            bench.app.store.write(async |tx| tx.query(sql).bind(main).bind(part).exec().await);
        assert_eq!(done.await.unwrap(), 1);
    }
}
/// Makes the same resource open by this package, for reading.
async fn opened_by(bench: &Bench, package: &str) {
    let resource = json!({ "identifier": RESOURCE, "title": { "nb": "Krav" },
        "opens": [{ "by": package, "actions": ["read"] }] });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
}

async fn what_a_main_unit_gives_reaches_its_sub_units(bench: Bench) {
    sub_units(&bench).await;
    for (grant, kind) in [(KRAV, "package"), (RESOURCE, "right")] {
        let of_the_main_unit = system_user(&bench, "standard", CUSTOMER, &[grant]).await;
        let of_the_sub_unit = system_user(&bench, "standard", SHOP, &[grant]).await;
        let via = json!({ "decision": "Permit", "via": { "type": kind, "id": grant } });
        assert_eq!(check(&bench, of_the_main_unit, "read", CUSTOMER).await, via);
        assert_eq!(check(&bench, of_the_sub_unit, "read", SHOP).await, via);
        let through = json!({ "type": kind, "id": grant, "mainUnit": true });
        assert_eq!(
            check(&bench, of_the_main_unit, "read", SHOP).await,
            json!({ "decision": "Permit", "via": through })
        );
        for (user, party) in [
            (of_the_sub_unit, CUSTOMER),
            (of_the_main_unit, CLIENTS_SHOP),
            (of_the_main_unit, BRANCH),
            (of_the_main_unit, CLIENT),
        ] {
            assert_eq!(cause(&bench, user, "read", party).await, "wrong-organisation", "{party}");
        }
    }
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    // A person: the same rows.
    let pia = [attribute("urn:altinn:ssn", PIA.1)];
    assert_eq!(person_asked(&bench, &pia, "read", SHOP).await, "Permit");
    let (shop, ola): (OrgNo, PersonNo) = (SHOP.parse().unwrap(), OLA.1.parse().unwrap());
    bench.seed.give(&shop, Holder::Person(&ola), Held::Role("DAGL")).await.unwrap();
    let ola = [attribute("urn:altinn:ssn", OLA.1)];
    assert_eq!(person_asked(&bench, &ola, "read", SHOP).await, "Permit");
    assert_eq!(person_asked(&bench, &ola, "read", CUSTOMER).await, "NotApplicable");
    // An access list is asked of the party that was asked about.
    limit(&bench, "Enabled").await;
    let_in(&bench, RESOURCE, CUSTOMER, &[]).await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    assert_eq!(check(&bench, user, "read", SHOP).await["decision"], "Deny");
    let_in(&bench, RESOURCE, SHOP, &[]).await;
    assert_eq!(check(&bench, user, "read", SHOP).await["decision"], "Permit");
    // Only a sub-unit inherits; and one that is deleted gets nothing, or gives nothing.
    run(&bench, "update party set org_form = 'AS' where org_no = '310000043'").await;
    assert_eq!(cause(&bench, user, "read", SHOP).await, "wrong-organisation");
    run(&bench, "update party set org_form = 'AAFY' where org_no = '310000043'").await;
    assert_eq!(check(&bench, user, "read", SHOP).await["decision"], "Permit");
    run(&bench, "update party set deleted = (select min(valid_from) from assignment) where org_no = '310904473'")
        .await;
    assert_ne!(check(&bench, user, "read", SHOP).await["decision"], "Permit");
    run(&bench, "update party set deleted = null where org_no = '310904473'").await;
    run(&bench, "update party set deleted = (select min(valid_from) from assignment) where org_no = '310000043'")
        .await;
    assert_eq!(cause(&bench, user, "read", SHOP).await, "unknown-party");
}

async fn an_agent_reaches_its_clients_sub_units(bench: Bench) {
    sub_units(&bench).await;
    let payroll = "urn:altinn:accesspackage:regnskapsforer-lonn";
    opened_by(&bench, payroll).await;
    let (client, firm) = (CLIENT.parse().unwrap(), ACCOUNTANTS.parse().unwrap());
    let firm = Holder::Organisation(&firm);
    bench.seed.give(&client, firm, Held::Role("REGN")).await.unwrap();
    let kari = world::on(&bench, KARI, ACCOUNTANTS).await;
    let of_the_client = system_user(&bench, "agent", ACCOUNTANTS, &[payroll]).await;
    let of_the_shop = system_user(&bench, "agent", ACCOUNTANTS, &[payroll]).await;
    for (user, client) in [(of_the_client, CLIENT), (of_the_shop, CLIENTS_SHOP)] {
        assert_eq!(world::add(&bench, kari, SystemUserId(user), client).await, Fate::Done);
    }
    let via = json!({ "type": "package", "id": payroll, "client": true });
    let permit = json!({ "decision": "Permit", "via": via });
    assert_eq!(check(&bench, of_the_client, "read", CLIENT).await, permit);
    assert_eq!(check(&bench, of_the_shop, "read", CLIENTS_SHOP).await, permit);
    let via = json!({ "type": "package", "id": payroll, "client": true, "mainUnit": true });
    assert_eq!(
        check(&bench, of_the_client, "read", CLIENTS_SHOP).await,
        json!({ "decision": "Permit", "via": via })
    );
    for (user, party) in [
        (of_the_shop, CLIENT),
        (of_the_client, ACCOUNTANTS),
        (of_the_client, BRANCH),
        (of_the_client, SHOP),
    ] {
        assert_eq!(cause(&bench, user, "read", party).await, "not-a-client", "{party}");
    }
    // Its own organisation's sub-unit, where that has been given.
    opened_by(&bench, KRAV).await;
    let own = system_user(&bench, "agent", ACCOUNTANTS, &[KRAV]).await;
    assert_eq!(cause(&bench, own, "read", BRANCH).await, "not-a-client");
    let tor = world::on(&bench, TOR, ACCOUNTANTS).await;
    let done = systembruker::clients::add_own(&bench.app, tor, SystemUserId(own)).await;
    assert_eq!(done.unwrap(), Fate::Done);
    let via = json!({ "type": "package", "id": KRAV, "mainUnit": true });
    assert_eq!(
        check(&bench, own, "read", BRANCH).await,
        json!({ "decision": "Permit", "via": via })
    );
}

/// One question about each of these parties, with the answers in their order.
async fn asked_together(bench: &Bench, user: Uuid, parties: &[&str]) -> Vec<Value> {
    let about = |party: &&str| {
        let attributes = [attribute("urn:altinn:resource", RESOURCE), attribute(ORG_NO, *party)];
        json!({ "Id": party, "Attribute": attributes })
    };
    let body = json!({ "Request": {
        "AccessSubject": [{ "Id": "s", "Attribute": [attribute(SUBJECT, user.to_string())] }],
        "Action": [{ "Id": "a", "Attribute": [attribute(ACTION, "read")] }],
        "Resource": parties.iter().map(about).collect::<Vec<_>>(),
        "MultiRequests": { "RequestReference": parties.iter()
            .map(|party| json!({ "ReferenceId": ["s", "a", party] })).collect::<Vec<_>>() },
    }});
    ask(bench, &body).await
}

async fn a_main_unit_and_its_sub_unit_are_permitted_in_one_question(bench: Bench) {
    sub_units(&bench).await;
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    for parties in [[SHOP, CUSTOMER], [CUSTOMER, SHOP]] {
        let before = bench.app.store.statements();
        let results = asked_together(&bench, user, &parties).await;
        assert_eq!(bench.app.store.statements() - before, 2);
        assert!(results.len() == 2 && results.iter().all(|one| one["Decision"] == "Permit"));
    }
    let results = asked_together(&bench, user, &[SHOP, CUSTOMER, CLIENTS_SHOP]).await;
    let decisions: Vec<_> = results.iter().map(|one| one["Decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["Permit", "Permit", "NotApplicable"]);
}

async fn sixteen_sub_units_with_their_main_units_cost_two_statements(bench: Bench) {
    let numbers = world::numbers(32);
    for (at, pair) in numbers.chunks(2).enumerate() {
        bench.seed.organisation(&pair[0], &format!("Hoved {at} AS"), "AS").await.unwrap();
        bench.seed.organisation(&pair[1], &format!("Avdeling {at}"), "BEDR").await.unwrap();
        let main = party(&bench, pair[0].as_str()).await;
        let sql = "update party set parent = $1 where org_no = $2";
        let done =
            bench.app.store.write(async |tx| tx.query(sql).bind(main).bind(&pair[1]).exec().await);
        assert_eq!(done.await.unwrap(), 1);
    }
    let user = system_user(&bench, "standard", numbers[0].as_str(), &[KRAV]).await;
    let parts: Vec<&str> = numbers.chunks(2).map(|pair| pair[1].as_str()).collect();
    let before = bench.app.store.statements();
    let results = asked_together(&bench, user, &parts).await;
    assert_eq!(bench.app.store.statements() - before, 2);
    assert_eq!(results.iter().filter(|one| one["Decision"] == "Permit").count(), 1);
    assert_eq!(results[0]["Decision"], "Permit");
}

async fn a_right_is_for_what_its_giver_could_give(bench: Bench) {
    let resource = json!({
        "identifier": RESOURCE, "title": { "nb": "Krav" }, "owner": "974761076",
        "opens": [{ "by": KRAV, "actions": ["read"] },
                  { "by": "urn:altinn:external-role:ccr:daglig-leder", "actions": ["write"] }],
    });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
    let (org, siv): (OrgNo, PersonNo) = (CUSTOMER.parse().unwrap(), SIV.1.parse().unwrap());
    let krav = KRAV.parse().unwrap();
    bench.seed.give(&org, Holder::Person(&siv), Held::Package(&krav)).await.unwrap();
    for (who, key, expected) in [(SIV, "k1", "NotApplicable"), (PIA, "k2", "Permit")] {
        let id = bench.request(Bench::ask(key)).await;
        let mut browser = bench.logged_in(who).await;
        let page = format!("/accessmanagement/ui/systemuser/request?id={id}");
        let form = browser.get(&page).await.form("/approve");
        browser.submit(&form).await.is(303);
        let user: Uuid = id.parse().unwrap();
        assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
        assert_eq!(check(&bench, user, "write", CUSTOMER).await["decision"], expected, "{who:?}");
    }
}

/// The service with this limit, and its catalogue in use.
async fn limit(bench: &Bench, mode: &str) {
    let resource = json!({
        "identifier": RESOURCE, "title": { "nb": "Krav" }, "owner": "974761076", "accessListMode": mode,
        "opens": [{ "by": KRAV, "actions": ["read", "write"] }],
    });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
}

async fn a_service_may_be_limited_to_some(bench: Bench) {
    limit(&bench, "Enabled").await;
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let pia = person(&bench, PIA.0).await.0;
    let id = RESOURCE.parse().unwrap();
    let can_give = async || {
        let (catalogue, now) = (bench.app.catalogue.now(), bench.app.clock.now());
        let party = party(&bench, CUSTOMER).await;
        let on = authority::OnBehalf { person: pia, party_id: 0, party, level: 3, vouched: None };
        let held = bench.app.store.read(async |tx| authority::holdings(tx, now, on).await).await;
        held.unwrap().can_give_resource(&catalogue, &id)
    };
    let no = authority::Outcome::MayNot(systembruker::problem::Code::AccessList);
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "not-on-access-list");
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Deny");
    let deny = ask(&bench, &xacml(user, "read", CUSTOMER)).await;
    assert_eq!(deny[0]["Decision"], "Deny");
    assert!(deny[0]["Status"]["StatusMessage"].as_str().unwrap().contains("access list"));
    assert_eq!(can_give().await, no);
    let_in(&bench, RESOURCE, CUSTOMER, &["write"]).await;
    let_in(&bench, "other", CUSTOMER, &[]).await;
    let_in(&bench, RESOURCE, ACCOUNTANTS, &[]).await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Deny");
    assert_eq!(check(&bench, user, "write", CUSTOMER).await["decision"], "Permit");
    assert_eq!(can_give().await, authority::Outcome::May, "one action is enough");
    // What does not apply is not forbidden.
    assert_eq!(cause(&bench, user, "sign", CUSTOMER).await, "action-not-granted");
    run(&bench, "update access_list set actions = '[]'").await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    run(&bench, "delete from access_list").await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Deny");
    assert_eq!(can_give().await, no);
    limit(&bench, "Disabled").await;
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
}

pub async fn person_asked(
    bench: &Bench,
    attributes: &[Value],
    action: &str,
    org_no: &str,
) -> Value {
    let mut body = xacml(Uuid::nil(), action, org_no);
    body["Request"]["AccessSubject"] = category(attributes);
    ask(bench, &body).await.remove(0)["Decision"].clone()
}

async fn a_person_may_be_asked_about(bench: Bench) {
    let (id, number) = person(&bench, PIA.0).await;
    let level = attribute("urn:altinn:authlevel", 3);
    for subject in [
        vec![attribute("urn:altinn:userid", number)],
        vec![attribute("urn:altinn:partyid", number), level.clone()],
        vec![attribute("urn:altinn:person:uuid", id.to_string())],
        vec![attribute("urn:altinn:party:uuid", id.to_string())],
        vec![attribute("urn:altinn:person:identifier-no", PIA.1)],
        vec![attribute("urn:altinn:ssn", PIA.1), attribute("urn:altinn:partyid", number), level],
        // Somebody else's numbering of users does not matter where the person is named otherwise.
        vec![attribute("urn:altinn:ssn", PIA.1), attribute("urn:altinn:userid", 20_000_001)],
    ] {
        assert_eq!(person_asked(&bench, &subject, "read", CUSTOMER).await, "Permit", "{subject:?}");
        assert_eq!(person_asked(&bench, &subject, "write", CUSTOMER).await, "NotApplicable");
        assert_eq!(person_asked(&bench, &subject, "read", ACCOUNTANTS).await, "NotApplicable");
    }
    for (subject, decision) in [
        (vec![attribute("urn:altinn:ssn", OLA.1)], "NotApplicable"),
        (vec![attribute("urn:altinn:ssn", SIV.1)], "NotApplicable"),
        (vec![attribute("urn:altinn:ssn", "09897520025")], "NotApplicable"),
        (vec![attribute("urn:altinn:userid", 1)], "NotApplicable"),
        (
            vec![attribute("urn:altinn:ssn", PIA.1), attribute("urn:altinn:partyid", 1)],
            "NotApplicable",
        ),
        (vec![attribute("urn:altinn:ssn", "12837810093")], "Indeterminate"),
        (vec![attribute("urn:altinn:userid", "x")], "Indeterminate"),
    ] {
        assert_eq!(person_asked(&bench, &subject, "read", CUSTOMER).await, decision, "{subject:?}");
    }
    // A main administrator gives what they do not have themselves.
    let main = "urn:altinn:accesspackage:hovedadministrator".parse().unwrap();
    let (org, ola): (OrgNo, PersonNo) = (CUSTOMER.parse().unwrap(), OLA.1.parse().unwrap());
    bench.seed.give(&org, Holder::Person(&ola), Held::Package(&main)).await.unwrap();
    let ola = [attribute("urn:altinn:ssn", OLA.1)];
    assert_eq!(person_asked(&bench, &ola, "read", CUSTOMER).await, "NotApplicable");
}

async fn a_closed_role_and_a_removed_package_show_at_once(bench: Bench) {
    let pia = [attribute("urn:altinn:ssn", PIA.1)];
    assert_eq!(person_asked(&bench, &pia, "read", CUSTOMER).await, "Permit");
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    run(&bench, "update assignment set valid_to = valid_from where code = 'DAGL'").await;
    assert_eq!(person_asked(&bench, &pia, "read", CUSTOMER).await, "NotApplicable");
    // The organisation gave it, and it stands whoever leads the organisation now.
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    let krav = KRAV.parse().unwrap();
    let (org, ola): (OrgNo, PersonNo) = (CUSTOMER.parse().unwrap(), OLA.1.parse().unwrap());
    bench.seed.give(&org, Holder::Person(&ola), Held::Package(&krav)).await.unwrap();
    let ola = [attribute("urn:altinn:ssn", OLA.1)];
    assert_eq!(person_asked(&bench, &ola, "read", CUSTOMER).await, "Permit");
    run(&bench, "update assignment set valid_to = valid_from where code = 'krav-og-utlegg'").await;
    assert_eq!(person_asked(&bench, &ola, "read", CUSTOMER).await, "NotApplicable");
    run(&bench, "delete from system_user_grant where kind = 'package'").await;
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "not-granted");
}

async fn an_old_role_follows_from_a_register_role(bench: Bench) {
    let resource = json!({
        "identifier": RESOURCE, "title": { "nb": "Krav" },
        "opens": [{ "by": "urn:altinn:rolecode:a0239", "actions": ["read"] },
                  { "by": "urn:altinn:rolecode:hadm", "actions": ["write"] }],
    });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
    let (pia, tor) = ([attribute("urn:altinn:ssn", PIA.1)], [attribute("urn:altinn:ssn", TOR.1)]);
    assert_eq!(person_asked(&bench, &pia, "read", CUSTOMER).await, "NotApplicable");
    assert_eq!(person_asked(&bench, &pia, "write", CUSTOMER).await, "Permit");
    assert_eq!(person_asked(&bench, &tor, "read", CUSTOMER).await, "Permit", "their accountant");
    assert_eq!(person_asked(&bench, &tor, "write", CUSTOMER).await, "NotApplicable");
}

async fn a_decision_asks_two_statements(bench: Bench) {
    limit(&bench, "Enabled").await;
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV, RESOURCE]).await;
    let counted = async |work: &Value, path: &str| {
        let before = bench.app.store.statements();
        post(&bench, path, work.to_string()).await.is(200);
        bench.app.store.statements() - before
    };
    let plain =
        json!({ "systemUser": user, "resource": RESOURCE, "action": "read", "party": CUSTOMER });
    assert_eq!(counted(&plain, CHECK).await, 2);
    assert_eq!(counted(&xacml(user, "read", CUSTOMER), AUTHORIZE).await, 2);
    let mut person = xacml(user, "read", CUSTOMER);
    person["Request"]["AccessSubject"] = category(&[attribute("urn:altinn:ssn", PIA.1)]);
    assert_eq!(counted(&person, AUTHORIZE).await, 2);
    // Sixteen system users and sixteen parties, all with all.
    let id = |kind: &str, n: usize| format!("{kind}{n}");
    let mut subjects =
        vec![json!({ "Id": "s0", "Attribute": [attribute(SUBJECT, user.to_string())] })];
    let mut resources = Vec::new();
    for n in 0..16 {
        if n > 0 {
            let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
            subjects.push(
                json!({ "Id": id("s", n), "Attribute": [attribute(SUBJECT, user.to_string())] }),
            );
        }
        let number = [CUSTOMER, ACCOUNTANTS, VENDOR, "974761076"][n % 4];
        let party =
            if n < 4 { attribute(ORG_NO, number) } else { attribute("urn:altinn:partyid", n) };
        resources.push(json!({ "Id": id("r", n), "Attribute": [attribute("urn:altinn:resource", RESOURCE), party] }));
    }
    let references: Vec<Value> = (0..256)
        .map(|n| json!({ "ReferenceId": [id("s", n / 16), "a", id("r", n % 16)] }))
        .collect();
    let many = json!({ "Request": {
        "AccessSubject": subjects, "Resource": resources,
        "Action": [{ "Id": "a", "Attribute": [attribute(ACTION, "read")] }],
        "MultiRequests": { "RequestReference": references },
    }});
    assert_eq!(counted(&many, AUTHORIZE).await, 2);
    let_in(&bench, RESOURCE, CUSTOMER, &[]).await;
    let results = ask(&bench, &many).await;
    assert_eq!(results.iter().filter(|r| r["Decision"] == "Permit").count(), 16);
    // What cannot be understood asks nothing at all.
    assert_eq!(counted(&json!({}), AUTHORIZE).await, 0);
}

async fn the_day_of_use_is_written_once(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let paused = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let pause = "update system_user set paused = created where id = $1";
    bench.app.store.write(async |tx| tx.query(pause).bind(paused).exec().await).await.unwrap();
    let day_of = async |id: Uuid| {
        let find = "select last_used from system_user where id = $1";
        let (day,): (Option<chrono::NaiveDate>,) =
            bench.app.store.query(find).bind(id).one().await.unwrap();
        day.map(|day| day.to_string())
    };
    let write = async || {
        let before = bench.app.store.statements();
        system_users::write_last_used(&bench.app.store, &bench.app.last_used).await.unwrap();
        bench.app.store.statements() - before
    };
    for _ in 0..3 {
        for id in [user, paused, Uuid::new_v4()] {
            check(&bench, id, "write", CUSTOMER).await;
        }
    }
    assert_eq!(day_of(user).await, None, "not in the request that asks");
    assert_eq!(write().await, 1);
    assert_eq!(day_of(user).await.as_deref(), Some("2026-11-21"));
    assert_eq!(day_of(paused).await, None, "one that is paused is not used");
    check(&bench, user, "read", CUSTOMER).await;
    assert_eq!(write().await, 0, "once a day");
    bench.pass_days(1);
    check(&bench, user, "read", CUSTOMER).await;
    assert_eq!(write().await, 1);
    assert_eq!(day_of(user).await.as_deref(), Some("2026-11-22"));
    // Another process that is a day late takes nothing back.
    let late = systembruker::last_used::LastUsed::default();
    late.note(systembruker::ids::SystemUserId(user), bench.app.clock.now().plus_days(-1));
    system_users::write_last_used(&bench.app.store, &late).await.unwrap();
    assert_eq!(day_of(user).await.as_deref(), Some("2026-11-22"));
    // Two hundred at once are one batch.
    let many = systembruker::last_used::LastUsed::default();
    for _ in 0..200 {
        many.note(systembruker::ids::SystemUserId(Uuid::new_v4()), bench.app.clock.now());
    }
    let before = bench.app.store.statements();
    system_users::write_last_used(&bench.app.store, &many).await.unwrap();
    assert_eq!(bench.app.store.statements() - before, 1);
}

async fn who_could_approve_is_counted(bench: Bench) {
    let (catalogue, now) = (bench.app.catalogue.now(), bench.app.clock.now());
    let customer = party(&bench, CUSTOMER).await;
    let (krav, toll) = (KRAV.parse().unwrap(), "urn:altinn:accesspackage:toll".parse().unwrap());
    let lonn = "urn:altinn:accesspackage:regnskapsforer-lonn".parse().unwrap();
    let right = RESOURCE.parse().unwrap();
    let ask = async |items: Items<'_>| {
        let before = bench.app.store.statements();
        let who = bench.app.store.read(async |tx| {
            authority::who_could_approve(tx, now, &catalogue, customer, items).await
        });
        let who = who.await.unwrap();
        assert_eq!(bench.app.store.statements() - before, 1);
        who
    };
    let through = |who: &authority::Approvers| who.through.join(" ");
    // Pia leads; Siv manages access and holds nothing else; Ola and the accountants' Tor do neither.
    let who = ask(Items::default()).await;
    assert_eq!((who.people, through(&who).as_str()), (2, "DAGL tilgangsstyrer"));
    let both =
        Items { rights: std::slice::from_ref(&right), packages: std::slice::from_ref(&krav) };
    let who = ask(both).await;
    assert_eq!((who.people, through(&who).as_str()), (1, "DAGL"));
    assert!(who.outcomes.iter().all(authority::Outcome::may) && who.outcomes.len() == 2);
    // Siv holds one, and with that she can give one.
    let (org, siv): (OrgNo, PersonNo) = (CUSTOMER.parse().unwrap(), SIV.1.parse().unwrap());
    bench.seed.give(&org, Holder::Person(&siv), Held::Package(&krav)).await.unwrap();
    assert_eq!(ask(both).await.people, 2);
    let two = [krav.clone(), toll];
    assert_eq!(ask(Items { rights: &[], packages: &two }).await.people, 1);
    let who = ask(Items { rights: &[], packages: std::slice::from_ref(&lonn) }).await;
    let no = authority::Outcome::MayNot(systembruker::problem::Code::PackageNotAssignable);
    assert_eq!((who.people, who.outcomes), (0, vec![no]));
    // The leader of an organisation that leads this one counts, once.
    let accountants: OrgNo = ACCOUNTANTS.parse().unwrap();
    let holder = Holder::Organisation(&accountants);
    bench.seed.give(&org, holder, Held::Role("KOMP")).await.unwrap();
    bench.seed.give(&org, holder, Held::Role("DTSO")).await.unwrap();
    let who = ask(both).await;
    assert_eq!(who.people, 3);
    run(&bench, "update assignment set valid_to = valid_from where kind = 'role'").await;
    let who = ask(both).await;
    assert_eq!((who.people, through(&who).as_str()), (1, "tilgangsstyrer"));
    run(&bench, "update assignment set valid_to = valid_from where kind = 'package'").await;
    let who = ask(both).await;
    assert_eq!((who.people, who.through.len(), who.outcomes.len()), (0, 0, 2));
    assert!(!who.outcomes.iter().any(authority::Outcome::may));
}
