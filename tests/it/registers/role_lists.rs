//! Roles that cannot be read, that nobody holds or that have ended: each keeps open what it is about, and
//! nothing else.
use super::*;

on_each_engine!(
    a_role_that_nobody_holds_keeps_no_other_open,
    a_role_that_cannot_be_read_keeps_its_own_code_open,
    a_role_without_a_code_keeps_the_code_of_its_group_open,
    an_organisation_without_its_lists_keeps_all_its_roles,
    the_roles_of_the_dead_have_ended,
    a_part_that_names_no_main_unit_keeps_it,
);

const OPEN: &str = "select string_agg(a.code, ',' order by a.code) from assignment a join party f on f.id = a.from_party where a.valid_to is null and a.source = 'ccr' and f.org_no = $1";

async fn three_roles(bench: &Bench) {
    import_units(bench, &world_of_units()).await;
    let all = [held_by("REGN", FIRM), held_by("REVI", OTHER_FIRM), held_by("FFØR", FIRM)];
    import_roles(bench, &json!([roles(BAKER, &all)])).await;
    assert_eq!(open(bench).await, "FFØR,REGN,REVI");
}
async fn open(bench: &Bench) -> String {
    text(bench, OPEN, BAKER).await.unwrap_or_default()
}
/// Imports what the baker's element says, and returns what is left open.
async fn left_open(bench: &Bench, element: Value) -> String {
    import_roles(bench, &json!([element])).await;
    open(bench).await
}

async fn a_role_that_nobody_holds_keeps_no_other_open(bench: Bench) {
    three_roles(&bench).await;
    let nobody = json!({ "type": { "kode": "KONT" }, "fratraadt": false });
    let run = import_roles(&bench, &json!([roles(BAKER, &[nobody, held_by("REGN", FIRM)])])).await;
    assert_eq!((run.counts.refused, run.counts.closed, run.counts.unheld), (0, 2, 1));
    assert_eq!(open(&bench).await, "REGN");
    let nobody = json!({ "type": { "kode": "REGN" }, "person": null, "enhet": null });
    assert_eq!(left_open(&bench, roles(BAKER, &[nobody])).await, "");
}

async fn a_role_that_cannot_be_read_keeps_its_own_code_open(bench: Bench) {
    three_roles(&bench).await;
    for (nth, odd) in [
        json!({ "type": { "kode": "REGN" }, "enhet": { "organisasjonsnummer": 317_770_014 } }),
        json!({ "type": { "kode": "REGN" }, "enhet": { "organisasjonsnummer": "317770015" } }),
        json!({ "type": { "kode": "REGN" }, "enhet": {} }),
        json!({ "type": { "kode": "REGN" }, "enhet": "317770014" }),
        json!({ "type": { "kode": "REGN" }, "person": {}, "enhet": { "organisasjonsnummer": FIRM } }),
    ]
    .into_iter()
    .enumerate()
    {
        let run = import_roles(&bench, &json!([roles(BAKER, &[odd, held_by("FFØR", FIRM)])])).await;
        assert_eq!(run.counts.refused, 1);
        assert_eq!(run.counts.closed, u64::from(nth == 0), "the auditor is told of by nothing");
        assert_eq!(open(&bench).await, "FFØR,REGN");
    }
    assert_eq!(left_open(&bench, roles(BAKER, &[held_by("FFØR", FIRM)])).await, "FFØR");
}

async fn a_role_without_a_code_keeps_the_code_of_its_group_open(bench: Bench) {
    three_roles(&bench).await;
    let element = |group: &str, role: &Value| {
        json!({ "organisasjonsnummer": BAKER, "rollegrupper": [
            { "type": { "kode": group }, "roller": [role] },
            { "type": { "kode": "FFØR" }, "roller": [held_by("FFØR", FIRM)] } ] })
    };
    // What is no role's code leaves all in doubt.
    for role in [json!(7), json!({ "enhet": { "organisasjonsnummer": FIRM } })] {
        assert_eq!(left_open(&bench, element("STYR", &role)).await, "FFØR,REGN,REVI");
    }
    for role in [
        json!(7),
        json!({ "enhet": { "organisasjonsnummer": FIRM } }),
        json!({ "type": { "kode": 7 }, "enhet": { "organisasjonsnummer": FIRM } }),
        json!({ "type": { "kode": "REGM" }, "enhet": { "organisasjonsnummer": FIRM } }),
    ] {
        assert_eq!(left_open(&bench, element("REGN", &role)).await, "FFØR,REGN", "{role}");
    }
}

async fn an_organisation_without_its_lists_keeps_all_its_roles(bench: Bench) {
    three_roles(&bench).await;
    for (element, list) in [
        (json!({ "organisasjonsnummer": BAKER }), "rollegrupper"),
        (json!({ "organisasjonsnummer": BAKER, "rollegrupper": null }), "rollegrupper"),
        (
            json!({ "organisasjonsnummer": BAKER, "rollegrupper": [{ "type": { "kode": "REGN" } }] }),
            "roller",
        ),
        (json!({ "organisasjonsnummer": BAKER, "rollegrupper": [{ "roller": null }] }), "roller"),
    ] {
        let file = json!([element, roles(FIRM, &[])]);
        let run = import_roles(&bench, &file).await;
        run.says(&format!("entry 1, {BAKER}: it has no list of roles: {list} is missing"));
        assert_eq!(open(&bench).await, "FFØR,REGN,REVI", "{list}");
    }
    // One without roles says so.
    let none = json!({ "organisasjonsnummer": BAKER, "rollegrupper": [] });
    let folder = folder();
    let file = write(&folder, "roles.json", json!([none]).to_string());
    run(&bench, &Import::Roles(limited(&file, 1.0, true))).await.well();
    assert_eq!(open(&bench).await, "");
}

async fn the_roles_of_the_dead_have_ended(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let mut dead = daglig_leder();
    dead["person"]["erDoed"] = json!(true);
    let run = import_roles(&bench, &json!([roles(BAKER, &[dead, daglig_leder()])])).await;
    assert_eq!((run.counts.people, run.counts.ended), (1, 1));
}

async fn a_part_that_names_no_main_unit_keeps_it(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let folder = folder();
    let parent = "select m.org_no from party s join party m on m.id = s.parent where s.org_no = $1";
    let mut shop = unit(SHOP, "BUTIKK", "BEDR");
    shop["overordnetEnhet"] = json!(BAKER);
    for odd in ["", "overordnetEnhet", "organisasjonsform"] {
        let mut told = shop.clone();
        told.as_object_mut().unwrap().remove(odd);
        let file = write(&folder, "sub.json", json!([told]).to_string());
        run(&bench, &Import::SubUnits(register(&file))).await.well();
        assert_eq!(text(&bench, parent, SHOP).await.as_deref(), Some(BAKER), "{odd}");
        let form = "select org_form from party where org_no = $1";
        assert_eq!(text(&bench, form, SHOP).await.as_deref(), Some("BEDR"), "{odd}");
    }
}
