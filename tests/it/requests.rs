//! Requests and their states, through the router.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Bench, CUSTOMER, KARI, NILS, OLA, PIA, REDIRECT, SIV, SYSTEM, TOR, VENDOR,
        right,
    },
};
use serde_json::json;

on_each_engine!(
    the_chief_executive_approves,
    pressing_twice_leads_to_the_same_receipt,
    the_chief_executive_rejects,
    without_an_address_there_is_a_receipt,
    an_address_that_is_gone_is_not_gone_to,
    of_twenty_deciders_one_wins,
    an_employee_sends_it_on,
    an_access_manager_without_the_service_cannot_give_it,
    strangers_see_nothing,
    what_has_changed_is_shown_again,
    a_request_times_out,
    a_deleted_system_is_not_approved,
    a_withdrawn_request_is_gone,
    revoking_frees_the_triple,
    one_system_user_on_a_triple,
    repeating_is_the_same_request,
);

fn page(id: &str) -> String {
    format!("/accessmanagement/ui/systemuser/request?id={id}&DONTCHOOSEREPORTEE=true")
}

async fn the_chief_executive_approves(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    shown.is(200).says("SmartCloud AS").says("Krav og <betalinger>").says("smartcloud.example");
    assert!(
        shown.header(&axum::http::header::CONTENT_SECURITY_POLICY).contains("form-action 'self' ")
    );
    shown.never_says("<betalinger>").never_says("<b>enkelt");
    let done = pia.submit(&shown.form("/approve")).await;
    done.is(303);
    assert_eq!(done.location(), format!("{REDIRECT}?k=k1"));
    assert_eq!(bench.status(&id).await["status"], "Accepted");
    pia.get("/accessmanagement/ui/systemuser/overview").await.is(200).says("Smart<Regnskap>");
    pia.get(&format!("/accessmanagement/ui/systemuser/{id}"))
        .await
        .is(200)
        .says("Krav og <betalinger>")
        .says("Daglig leder");
    let events =
        "select count(*) from event where type in ('request.accepted', 'system-user.created')";
    assert_eq!(bench.count(events).await, 2);
}

async fn pressing_twice_leads_to_the_same_receipt(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    pia.submit(&form).await.is(303);
    let again = pia.submit(&form).await;
    again.is(303);
    let receipt = format!("/accessmanagement/ui/systemuser/receipt/{id}");
    assert_eq!(again.location(), receipt);
    pia.get(&receipt).await.is(200).says("SmartCloud AS").says("21. november 2026");
    pia.get(&page(&id)).await.is(200);
    assert_eq!(bench.count("select count(*) from system_user").await, 1);
}

async fn the_chief_executive_rejects(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let ask = pia.get(&format!("/accessmanagement/ui/systemuser/request/{id}/reject")).await;
    ask.is(200).says("SmartCloud AS");
    let done = pia.submit(&ask.form("/reject")).await;
    done.is(303);
    assert_eq!(done.location(), format!("{REDIRECT}?k=k1"));
    assert_eq!(bench.status(&id).await["status"], "Rejected");
    assert_eq!(bench.count("select count(*) from system_user").await, 0);
    assert!(pia.get(&page(&id)).await.forms("/approve").is_empty());
}

async fn without_an_address_there_is_a_receipt(bench: Bench) {
    let mut ask = Bench::ask("k1");
    ask.as_object_mut().unwrap().remove("redirectUrl");
    let id = bench.request(ask).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    let done = pia.submit(&form).await;
    done.is(303);
    assert_eq!(done.location(), format!("/accessmanagement/ui/systemuser/receipt/{id}"));
}

async fn an_address_that_is_gone_is_not_gone_to(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let sql = "update system set redirect_urls = '[\"https://other.example/\"]'";
    bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap();
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    let done = pia.submit(&form).await;
    done.is(303);
    assert_eq!(done.location(), format!("/accessmanagement/ui/systemuser/receipt/{id}"));
    pia.get(done.location()).await.is(200).says("smartcloud.example");
}

async fn of_twenty_deciders_one_wins(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut forms = Vec::new();
    for at in 0..20 {
        let mut pia = bench.logged_in(PIA).await;
        let form = if at % 2 == 0 {
            pia.get(&page(&id)).await.form("/approve")
        } else {
            let path = format!("/accessmanagement/ui/systemuser/request/{id}/reject");
            pia.get(&path).await.form("/reject")
        };
        forms.push((pia, form));
    }
    let tasks: Vec<_> = forms
        .into_iter()
        .map(|(mut pia, form)| tokio::spawn(async move { pia.submit(&form).await }))
        .collect();
    let mut won = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        answer.is(303);
        if answer.location().starts_with("https://") {
            won += 1;
        } else {
            assert!(answer.location().contains("/receipt/"), "{}", answer.location());
        }
    }
    assert_eq!(won, 1);
    let decided =
        "select count(*) from event where type in ('request.accepted', 'request.rejected')";
    assert_eq!(bench.count(decided).await, 1);
    let accepted = bench.status(&id).await["status"] == "Accepted";
    assert_eq!(bench.count("select count(*) from system_user").await, i64::from(accepted));
}

async fn an_employee_sends_it_on(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut ola = bench.logged_in(OLA).await;
    let shown = ola.get(&page(&id)).await;
    shown.is(200).says("daglig leder");
    assert!(shown.forms("/approve").is_empty() && shown.forms("/reject").is_empty());
    let form = shown.form("/escalate");
    // A form that Ola was never shown: forged from Pia's page, or made from his own.
    let approve = shown.form("/escalate").with("shown", "");
    let path = form.action.replace("escalate", "approve");
    ola.post(&path, approve.body(), "same-origin").await.is(403);
    ola.get(&format!("/accessmanagement/ui/systemuser/request/{id}/reject")).await.is(403);
    ola.submit(&form).await.is(303);
    ola.submit(&form).await.is(303);
    let after = ola.get(&page(&id)).await;
    after.is(200).says("21. november 2026");
    assert!(after.forms("/escalate").is_empty());
    assert_eq!(bench.count("select count(*) from event where type = 'request.escalated'").await, 1);
    assert_eq!(bench.status(&id).await["escalated"], true);
    assert_eq!(bench.status(&id).await["status"], "New");
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    pia.submit(&shown.form("/approve")).await.is(303);
}

async fn an_access_manager_without_the_service_cannot_give_it(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut siv = bench.logged_in(SIV).await;
    let shown = siv.get(&page(&id)).await;
    shown.is(200).says("mangler tilgangspakken").says("daglig leder");
    // Who else could: how many, who and as what, for those of the same organisation.
    let others = "1 person i virksomheten kan godkjenne";
    shown.says(others).says("Rolle eller tilgang: daglig leder");
    let mut ola = bench.logged_in(OLA).await;
    ola.get(&page(&id)).await.is(200).says(others);
    let mut pia = bench.logged_in(PIA).await;
    assert!(!pia.get(&page(&id)).await.body.contains(others));
    assert!(shown.forms("/approve").is_empty());
    let form = shown.form("/escalate");
    siv.submit(&form).await.is(303);
    let ask = siv.get(&format!("/accessmanagement/ui/systemuser/request/{id}/reject")).await;
    siv.submit(&ask.form("/reject")).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Rejected");
}

async fn strangers_see_nothing(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let unknown = uuid::Uuid::new_v4().to_string();
    for person in [TOR, KARI] {
        let mut stranger = bench.logged_in(person).await;
        let theirs = stranger.get(&page(&id)).await;
        theirs.is(404);
        let nobodys = stranger.get(&page(&unknown)).await;
        nobodys.is(404);
        assert_eq!(words(&theirs), words(&nobodys), "foreign and missing look the same");
        for path in ["receipt/", ""] {
            stranger.get(&format!("/accessmanagement/ui/systemuser/{path}{id}")).await.is(404);
        }
        let approve = format!("/accessmanagement/ui/systemuser/request/{id}/approve");
        stranger.post(&approve, "token=x&party=y".into(), "same-origin").await.is(403);
    }
    let mut nils = bench.logged_in(NILS).await;
    let answer = nils.get(&page(&id)).await;
    answer.is(303);
    assert_eq!(answer.location(), format!("/parties?to=request.{id}"));
    nils.get("/parties").await.is(200).says("ikke knyttet til noen virksomhet");
    let mut nobody = bench.browser();
    let answer = nobody.get(&page(&id)).await;
    answer.is(303);
    assert_eq!(answer.location(), format!("/login?to=request.{id}"));
    nobody.get("/accessmanagement/ui/systemuser/request").await.is(303);
    let mut pia = bench.logged_in(PIA).await;
    pia.get("/accessmanagement/ui/systemuser/request").await.is(400);
    pia.get("/accessmanagement/ui/systemuser/request?id=x").await.is(404);
    assert_eq!(bench.status(&id).await["status"], "New");
}

/// What a page says, without the id of the operation that ends it.
fn words(answer: &crate::support::Answer) -> String {
    answer.text()
}

async fn what_has_changed_is_shown_again(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    let sql = "update party set name = 'Annet navn AS' where org_no = '991825827'";
    bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap();
    let again = pia.submit(&form).await;
    again.is(409).says("Annet navn AS").says("også endret: Leverandør");
    assert_eq!(bench.status(&id).await["status"], "New");
    pia.submit(&form.with("shown", "")).await.is(409);
    pia.submit(&again.form("/approve")).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Accepted");
}

async fn a_request_times_out(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    bench.pass_days(180);
    assert_eq!(bench.status(&id).await["timedOut"], true);
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    shown.is(200);
    assert!(shown.forms("/approve").is_empty());
    let path = format!("/accessmanagement/ui/systemuser/request/{id}/approve");
    let logout = shown.form("/logout");
    pia.post(&path, logout.body(), "same-origin").await.is(403);
    assert_eq!(bench.status(&id).await["status"], "New");
    assert!(!pia.get("/accessmanagement/ui/systemuser/overview").await.body.contains(&id));
}

async fn a_deleted_system_is_not_approved(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    let path = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &path, VENDOR, None).await.is(200);
    pia.submit(&form).await.is(404);
    assert!(pia.get(&page(&id)).await.is(200).forms("/approve").is_empty());
    let create = "/authentication/api/v1/systemuser/request/vendor";
    bench.api("POST", create, VENDOR, Some(Bench::ask("k2"))).await.is(404).code("AUTH-00011");
    // It can never be answered, and a new one cannot be made.
    bench.api("POST", create, VENDOR, Some(Bench::ask("k1"))).await.is(404).code("AUTH-00011");
}

async fn a_withdrawn_request_is_gone(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
    bench.api("DELETE", &path, ACCOUNTANTS, None).await.is(404).code("AUTH-00010");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    bench.api("DELETE", &path, VENDOR, None).await.is(404).code("AUTH-00010");
    bench.api("GET", &path, VENDOR, None).await.is(404).code("AUTH-00010");
    let mut pia = bench.logged_in(PIA).await;
    pia.get(&page(&id)).await.is(404);
    assert_ne!(bench.request(Bench::ask("k1")).await, id);
}

async fn revoking_frees_the_triple(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    pia.submit(&form).await.is(303);
    let create = "/authentication/api/v1/systemuser/request/vendor";
    bench.api("POST", create, VENDOR, Some(Bench::ask("k1"))).await.is(400).code("AUTH-00004");
    let ask = pia.get(&format!("/accessmanagement/ui/systemuser/{id}/revoke")).await;
    ask.is(200);
    let mut ola = bench.logged_in(OLA).await;
    ola.get(&format!("/accessmanagement/ui/systemuser/{id}")).await.is(403);
    let overview = ola.get("/accessmanagement/ui/systemuser/overview").await;
    overview.is(200).says("daglig leder").never_says("Smart&");
    ola.get(&format!("/accessmanagement/ui/systemuser/{id}/revoke")).await.is(403);
    let done = pia.submit(&ask.form("/revoke")).await;
    done.is(303);
    pia.submit(&ask.form("/revoke")).await.is(404);
    pia.get(done.location()).await.is(200).says("trukket tilbake");
    assert!(!pia.get(done.location()).await.text().contains("trukket tilbake"), "told once");
    bench.api("GET", &format!("{create}/{id}"), VENDOR, None).await.is(404);
    // What was decided stays to be read, and leads to those who may see more.
    let receipt = format!("/accessmanagement/ui/systemuser/receipt/{id}");
    pia.get(&receipt).await.is(200).says("SmartCloud AS");
    assert!(!ola.get(&receipt).await.is(200).has(&format!("a[href$='/systemuser/{id}']")));
    assert_ne!(bench.request(Bench::ask("k1")).await, id);
}

async fn one_system_user_on_a_triple(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    pia.submit(&form).await.is(303);
    // Withdrawn after it was accepted: the system user stays, and stays in the way.
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    let create = "/authentication/api/v1/systemuser/request/vendor";
    bench.api("POST", create, VENDOR, Some(Bench::ask("k1"))).await.is(400).code("AUTH-00004");
    pia.get(&format!("/accessmanagement/ui/systemuser/{id}")).await.is(200);
}

async fn repeating_is_the_same_request(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let path = "/authentication/api/v1/systemuser/request/vendor";
    let mut other = Bench::ask("k1");
    other["rights"] = json!([right("no-such")]);
    let again = bench.api("POST", path, VENDOR, Some(other)).await;
    again.is(200);
    assert_eq!(again.json()["id"], id.as_str());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (router, token) = (bench.router.clone(), bench.token(VENDOR));
            tokio::spawn(async move {
                let request = axum::http::Request::post(path)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let body = axum::body::Body::from(Bench::ask("k2").to_string());
                crate::support::Answer::of(&router, request.body(body).unwrap()).await
            })
        })
        .collect();
    let (mut ids, mut new) = (std::collections::HashSet::new(), 0);
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(matches!(answer.status.as_u16(), 200 | 201), "{answer:?}");
        new += usize::from(answer.status.as_u16() == 201);
        ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
    }
    assert_eq!((ids.len(), new), (1, 1));
    let find = format!("{path}/byexternalref/{SYSTEM}/{CUSTOMER}/k2");
    assert_eq!(bench.api("GET", &find, VENDOR, None).await.is(200).json()["status"], "New");
}
