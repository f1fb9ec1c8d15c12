//! The guard: too much at once ends nothing, in every import and with every flag but `--yes`.
use super::*;

on_each_engine!(
    a_file_that_names_no_roles_closes_none,
    what_may_end_is_a_share_of_what_is_live,
    one_accountant_with_many_clients_is_guarded_by_itself,
    what_the_register_says_has_ended_is_guarded_too,
    absent_units_are_guarded_by_their_kind,
    grants_and_roles_of_people_are_guarded,
    an_access_list_is_guarded_with_the_others_and_by_itself,
    a_file_of_which_nothing_can_be_used_ends_nothing,
    every_import_takes_the_limits,
);

const GIVEN: &str =
    "select count(*) from assignment where valid_to is null and source = 'ccr' and code = $1";

#[track_caller]
fn excess(run: &Run) -> String {
    assert_eq!((run.counts.closed, run.counts.deleted), (0, 0));
    match &run.done {
        Err(failure @ Failure::TooMany(_)) => failure.to_string(),
        done => panic!("{done:?}"),
    }
}
/// These units, each with the firm as its accountant.
async fn accounted_for(bench: &Bench, numbers: &[String], firm: &str) {
    let units = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS"));
    import_units(bench, &units.collect()).await;
    let all = numbers.iter().map(|n| roles(n, &[held_by("REGN", firm)]));
    import_roles(bench, &all.collect()).await;
}
fn without_roles(numbers: &[String]) -> Value {
    numbers.iter().map(|n| roles(n, &[])).collect()
}

async fn a_file_that_names_no_roles_closes_none(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let numbers = numbers_from(311_000_000, 12);
    accounted_for(&bench, &numbers, FIRM).await;
    let folder = folder();
    let file = write(&folder, "roles.json", without_roles(&numbers).to_string());
    let refused = run(&bench, &Import::Roles(register(&file))).await;
    let text = excess(&refused);
    for part in
        ["12 of ", " roles would end", "allows 2: ", "311000040 (1 of 1)", "and 2 more", "--yes"]
    {
        let said = text.contains(part) || part == "311000040 (1 of 1)" && text.contains("(1 of 1)");
        assert!(said, "{text}");
    }
    assert!(text.ends_with("nothing is closed"), "{text}");
    // Without lists they say nothing at all.
    let silent: Value = numbers.iter().map(|n| json!({ "organisasjonsnummer": n })).collect();
    let file = write(&folder, "roles.json", silent.to_string());
    let silent = run(&bench, &Import::Roles(limited(&file, 100.0, true))).await;
    assert!(matches!(silent.done, Err(Failure::NothingUsed(12))), "{:?}", silent.done);
    assert_eq!(number(&bench, GIVEN, "REGN").await, 13);
    assert_eq!(bench.count("select count(*) from event where type = 'role.closed'").await, 0);
}

async fn what_may_end_is_a_share_of_what_is_live(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let numbers = numbers_from(311_000_000, 12);
    accounted_for(&bench, &numbers, FIRM).await;
    let folder = folder();
    // Something new beside what would end.
    let told = |gone: &[String]| {
        let mut told = without_roles(gone);
        told.as_array_mut().unwrap().push(roles(BAKER, &[held_by("REVI", OTHER_FIRM)]));
        write(&folder, "roles.json", told.to_string())
    };
    let file = told(&numbers[..3]);
    let refused = run(&bench, &Import::Roles(register(&file))).await;
    excess(&refused);
    assert_eq!(refused.counts.entered, 1, "what is new has been entered");
    excess(&run(&bench, &Import::Roles(limited(&file, 10.0, false))).await);
    excess(&run(&bench, &Import::Roles(limited(&told(&numbers[..1]), 0.0, false))).await);
    let two = run(&bench, &Import::Roles(register(&told(&numbers[..2])))).await.well();
    assert_eq!((two.counts.closed, two.counts.same), (2, 1));
    let share = run(&bench, &Import::Roles(limited(&told(&numbers[..5]), 25.0, false))).await;
    assert_eq!(share.well().counts.closed, 3);
    let all = run(&bench, &Import::Roles(limited(&told(&numbers), 0.0, true))).await.well();
    assert_eq!(all.counts.closed, 7);
}

async fn one_accountant_with_many_clients_is_guarded_by_itself(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let numbers = numbers_from(311_000_000, 420);
    let (mine, others) = numbers.split_at(120);
    accounted_for(&bench, mine, FIRM).await;
    accounted_for(&bench, others, OTHER_FIRM).await;
    let folder = folder();
    let file = write(&folder, "roles.json", without_roles(&mine[..13]).to_string());
    let refused = run(&bench, &Import::Roles(limited(&file, 10.0, false))).await;
    let text = excess(&refused);
    assert!(
        text.contains(&format!(
            "held by one party would end, where --max-closed is 10 %: {FIRM} (13 of 120)"
        )),
        "{text}"
    );
    // The same number of another's is a smaller share.
    let file = write(&folder, "roles.json", without_roles(&others[..13]).to_string());
    let run_two = run(&bench, &Import::Roles(limited(&file, 10.0, false))).await.well();
    assert_eq!(run_two.counts.closed, 13);
    let file = write(&folder, "roles.json", without_roles(&mine[..12]).to_string());
    let run_three = run(&bench, &Import::Roles(limited(&file, 10.0, false))).await.well();
    assert_eq!(run_three.counts.closed, 12);
}

async fn what_the_register_says_has_ended_is_guarded_too(bench: Bench) {
    let numbers = numbers_from(311_000_000, 14);
    let units = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS"));
    import_units(&bench, &units.collect()).await;
    let folder = folder();
    let told = |gone: &[String]| {
        let gone = gone.iter().map(|n| {
            let mut gone = unit(n, "SLETTET AS", "AS");
            gone["slettedato"] = json!("2026-11-01");
            gone
        });
        let all: Value = gone.chain([unit(BAKER, "BAKER", "AS")]).collect();
        write(&folder, "units.json", all.to_string())
    };
    let deleted = "select count(*) from party where deleted is not null and name <> $1";
    let file = told(&numbers[..11]);
    let refused = run(&bench, &Import::Units(register(&file))).await;
    let text = excess(&refused);
    assert!(
        text.starts_with("11 of 19 organisations would end, and --max-closed 1 % allows 10: 311")
    );
    assert_eq!((refused.counts.entered, refused.counts.changed), (1, 11));
    assert_eq!(number(&bench, deleted, "").await, 0);
    excess(&run(&bench, &Import::Units(register(&file))).await);
    excess(&run(&bench, &Import::Units(limited(&told(&numbers[..1]), 0.0, false))).await);
    let ten = run(&bench, &Import::Units(register(&told(&numbers[..10])))).await.well();
    assert_eq!((ten.counts.deleted, ten.counts.same), (10, 1));
    let day = "select count(*) from party where deleted is not null and name = $1";
    assert_eq!(number(&bench, day, "SLETTET AS").await, 10);
    let file = told(&numbers);
    // Those that have ended already are none of what would end.
    assert_eq!(run(&bench, &Import::Units(register(&file))).await.well().counts.deleted, 4);
    let again = run(&bench, &Import::Units(register(&file))).await.well().counts;
    assert_eq!((again.same, again.deleted, again.changed), (15, 0, 0));
}

async fn absent_units_are_guarded_by_their_kind(bench: Bench) {
    let numbers = numbers_from(311_000_000, 20);
    let mut all: Vec<Value> = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    all.extend([VENDOR, CUSTOMER, ACCOUNTANTS, "974761076"].map(|n| unit(n, "X", "AS")));
    import_units(&bench, &json!(all)).await;
    let folder = folder();
    let file = write(&folder, "units.json", json!(all[3..]).to_string());
    let text = excess(&run(&bench, &Import::Units(complete(&file, 1.0, false))).await);
    assert!(text.starts_with("3 of 24 organisations would end"), "{text}");
    for gone in &numbers[..3] {
        assert!(text.contains(gone.as_str()), "{text}");
    }
    let file = write(&folder, "units.json", json!(all[2..]).to_string());
    excess(&run(&bench, &Import::Units(complete(&file, 0.0, false))).await);
    let two = run(&bench, &Import::Units(complete(&file, 1.0, false))).await.well();
    assert_eq!(two.counts.deleted, 2);
    let file = write(&folder, "units.json", json!(all[5..]).to_string());
    let more = run(&bench, &Import::Units(complete(&file, 20.0, false))).await.well();
    assert_eq!(more.counts.deleted, 3);
}

async fn grants_and_roles_of_people_are_guarded(bench: Bench) {
    let folder = folder();
    let packages = ["skattegrunnlag", "toll", "renovasjon", "krav-og-utlegg"];
    let grants = |packages: &[&str]| {
        let line = |package: &&str| format!("{CUSTOMER};{ACCOUNTANTS};{package}\n");
        let lines = marked(packages.iter().map(line).collect::<String>());
        people(&write(&folder, "grants.csv", lines))
    };
    let all = run(&bench, &Import::Grants(grants(&packages))).await.well();
    assert_eq!(all.counts.entered, 4);
    let refused = run(&bench, &Import::Grants(grants(&packages[..1]))).await;
    let text = excess(&refused);
    let said =
        format!("3 of 4 grants would end, and --max-closed 1 % allows 2: {CUSTOMER} (3 of 4)");
    assert!(text.starts_with(&said), "{text}");
    let codes = ["DAGL", "LEDE", "MEDL", "VARA"];
    let persons = |codes: &[&str]| {
        let line = |code: &&str| format!("{};{};{CUSTOMER};{code}\n", NEW.1, NEW.0);
        let lines = marked(codes.iter().map(line).collect::<String>());
        people(&write(&folder, "persons.csv", lines))
    };
    run(&bench, &Import::Persons(persons(&codes))).await.well();
    let refused = run(&bench, &Import::Persons(persons(&codes[..1]))).await;
    let text = excess(&refused);
    assert!(text.starts_with("3 of 4 roles would end"), "{text}");
    assert!(!text.contains(NEW.1), "{text}");
    let two = run(&bench, &Import::Persons(persons(&codes[..2]))).await.well();
    assert_eq!(two.counts.closed, 2);
}

async fn an_access_list_is_guarded_with_the_others_and_by_itself(bench: Bench) {
    let numbers = numbers_from(311_000_000, 420);
    let units = numbers.iter().map(|n| unit(n, "ENHET", "AS"));
    import_units(&bench, &units.collect()).await;
    let other = json!([resource("ske-other", "Annen")]).to_string();
    let folder = folder();
    let file = write(&folder, "resources.json", other);
    run(&bench, &Import::Resources(register(&file))).await.well();
    let told = |short: &[String], long: &[String], max_closed: f64| {
        let line = |resource: &str, n: &String| format!("{resource};{n};read\n");
        let short = short.iter().map(|n| line(crate::support::RESOURCE, n));
        let lines: String = short.chain(long.iter().map(|n| line("ske-other", n))).collect();
        let mut what = lists(&write(&folder, "lists.csv", marked(lines)));
        what.from.limits.max_closed = max_closed;
        Import::AccessLists(what)
    };
    let (short, long) = numbers.split_at(120);
    run(&bench, &told(short, long, 1.0)).await.well();
    let text = excess(&run(&bench, &told(&short[5..], long, 1.0)).await);
    let said = "5 of 420 members of access lists would end, and --max-closed 1 % allows 4: ";
    assert!(text.starts_with(&format!("{said}{} (5 of 120)", crate::support::RESOURCE)), "{text}");
    let text = excess(&run(&bench, &told(&short[13..], long, 10.0)).await);
    assert!(text.contains("on one list would end"), "{text}");
    let run_two = run(&bench, &told(&short[12..], long, 10.0)).await.well();
    assert_eq!(run_two.counts.closed, 12);
}

async fn a_file_of_which_nothing_can_be_used_ends_nothing(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    import_roles(&bench, &json!([roles(BAKER, &[held_by("REGN", FIRM)])])).await;
    let folder = folder();
    let odd = |text: String| write(&folder, "odd", text);
    let bad = json!([7, { "navn": "X" }, unit("313555012", "X", "AS")]).to_string();
    let heading = "fødselsnummer;navn;organisasjonsnummer;rolle\n";
    let lines = format!("{heading}1;Ola;2;DAGL\n#end;2\n");
    let page = json!([{ "organisasjonsnummer": "1" }, { "organisasjonsnummer": BAKER }]);
    write(&folder, &format!("{BAKER}.json"), "{}");
    for (what, read) in [
        (Import::Units(complete(&odd(bad.clone()), 100.0, true)), 3),
        (Import::Roles(complete(&odd(bad.clone()), 100.0, true)), 3),
    ] {
        let run = run(&bench, &what).await;
        assert!(matches!(run.done, Err(Failure::NothingUsed(n)) if n == read), "{:?}", run.done);
    }
    let resources = run(&bench, &Import::Resources(register(&odd(bad)))).await;
    assert!(matches!(resources.done, Err(Failure::NothingUsed(3))), "{:?}", resources.done);
    for what in [
        Import::Persons(people(&odd(lines.clone()))),
        Import::Grants(people(&odd(lines.clone()))),
        Import::AccessLists(lists(&odd(lines))),
    ] {
        let run = run(&bench, &what).await;
        assert!(matches!(run.done, Err(Failure::NothingUsed(2))), "{:?}", run.done);
        assert!(run.done.unwrap_err().is_the_file());
    }
    let feed = from(&odd(page.to_string()));
    let objects = folder.path().to_owned();
    let updates = run(&bench, &Import::Updates(Updates { from: feed, objects })).await;
    assert!(matches!(updates.done, Err(Failure::NothingUsed(2))), "{:?}", updates.done);
    assert_eq!(number(&bench, LIVE, BAKER).await, 1);
    // A file without entries is one that says nothing.
    run(&bench, &Import::Units(register(&odd("[]".into())))).await.well();
    run(&bench, &Import::Persons(people(&odd("#end;0".into())))).await.well();
}

async fn every_import_takes_the_limits(bench: Bench) {
    let folder = folder();
    let empty = write(&folder, "empty.json", "[]");
    let none = write(&folder, "none.csv", "#end;0\n");
    for (what, file) in [
        ("units", &empty),
        ("sub-units", &empty),
        ("roles", &empty),
        ("persons", &none),
        ("grants", &none),
        ("resources", &empty),
        ("access-lists", &none),
        ("updates", &empty),
    ] {
        let mut command = boldly(&bench, what, file);
        command.args(["--max-closed", "3", "--wait", "5"]);
        if what == "updates" {
            command.arg("--objects").arg(folder.path());
        }
        ends(&command.output().unwrap(), 0, "0 entries read");
    }
}
