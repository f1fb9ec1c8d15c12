//! Files of lines say their end: without it nothing is closed.
use super::*;

on_each_engine!(
    a_file_of_lines_without_its_end_closes_nothing,
    a_mark_is_told_by_every_fault_and_the_way_round_it,
    without_a_mark_the_last_line_must_have_an_end,
    a_line_that_may_be_of_anybody_closes_nothing,
);

/// The kinds of files that are lines: what each says at first, what it says then, and what of it is live.
fn kinds() -> [(&'static str, [String; 2], &'static str); 3] {
    let resource = crate::support::RESOURCE;
    let person = |code: &str| format!("{};{};{CUSTOMER};{code}\n", NEW.1, NEW.0);
    let grant = |package: &str| format!("{CUSTOMER};{ACCOUNTANTS};{package}\n");
    let member = |number: &str| format!("{resource};{number};read\n");
    [
        (
            "persons",
            [person("DAGL") + &person("LEDE"), person("DAGL") + &person("MEDL")],
            "select count(*) from assignment where valid_to is null and source = 'persons'",
        ),
        (
            "grants",
            [grant("toll") + &grant("skattegrunnlag"), grant("toll") + &grant("renovasjon")],
            "select count(*) from assignment where valid_to is null and source = 'grants'",
        ),
        (
            "access-lists",
            [member(CUSTOMER) + &member(VENDOR), member(CUSTOMER) + &member(ACCOUNTANTS)],
            "select count(*) from access_list where valid_to is null",
        ),
    ]
}
fn import(kind: &str, file: &Path, no_end_mark: bool, yes: bool) -> Import {
    let (mut people, mut lists) = (people(file), lists(file));
    people.end.no_end_mark = no_end_mark;
    lists.end.no_end_mark = no_end_mark;
    people.register.from.limits.yes = yes;
    lists.from.limits.yes = yes;
    match kind {
        "persons" => Import::Persons(people),
        "grants" => Import::Grants(people),
        _ => Import::AccessLists(lists),
    }
}

async fn a_file_of_lines_without_its_end_closes_nothing(bench: Bench) {
    let folder = folder();
    for (kind, [first, then], live) in kinds() {
        let file = write(&folder, "first", marked(&first));
        run(&bench, &import(kind, &file, false, false)).await.well();
        // At the end of a line, and in the middle of one.
        for cut in [then.len(), then.len() - 1, then.len() - 4] {
            let file = write(&folder, "cut", &then[..cut]);
            let run = run(&bench, &import(kind, &file, false, true)).await;
            assert!(matches!(run.done, Err(Failure::Unreadable(_))), "{kind}: {:?}", run.done);
            assert_eq!(run.counts.closed, 0, "{kind}");
            let text = run.done.unwrap_err().to_string();
            assert!(text.contains("#end;N") && text.contains("--no-end-mark"), "{text}");
        }
        assert_eq!(bench.count(live).await, 3, "{kind}: what is new has been entered");
        let file = write(&folder, "whole", marked(&then));
        let run = run(&bench, &import(kind, &file, false, false)).await.well();
        assert_eq!((run.counts.same, run.counts.closed), (2, 1), "{kind}");
        assert_eq!(bench.count(live).await, 2, "{kind}");
    }
}

async fn a_mark_is_told_by_every_fault_and_the_way_round_it(bench: Bench) {
    let folder = folder();
    let line = |code: &str| format!("{};{};{CUSTOMER};{code}", NEW.1, NEW.0);
    let json = json!({ "pid": NEW.1, "name": NEW.0, "orgNo": CUSTOMER, "role": "DAGL" });
    let persons = |lines: &str| import("persons", &write(&folder, "p.csv", lines), false, false);
    let (dagl, lede) = (line("DAGL"), line("LEDE"));
    for good in [
        format!("pid;name;orgNo;role\n{dagl}\n{lede}\n#end;2\n"),
        format!("\u{feff}PID;Name;orgNo;role\r\n\r\n{dagl}\r\n \r\n{lede}\r\n#end;2;;;\r\n\r\n"),
        format!("{json}\n{lede}\n#end; 2"),
        format!("\u{feff}{json}\n{lede}\nx;x;{CUSTOMER};LEDE\n#end;3"),
    ] {
        run(&bench, &persons(&good)).await.well();
    }
    for (bad, says) in [
        (format!("{dagl}\n"), "does not end in `#end;N`"),
        (format!("{dagl}\n#END;1\n"), "does not end in `#end;N`"),
        (format!("{dagl}\n#end;2\n"), "says #end;2, and the file has 1 lines"),
        (format!("{dagl}\n{dagl}\n#end;1\n"), "says #end;1, and the file has 2 lines"),
        (format!("pid;name;orgNo;role\n{dagl}\n#end\n"), "the end mark is not `#end;N`"),
        (format!("{dagl}\n#end;one\n"), "the end mark is not `#end;N`"),
        (format!("{dagl}\n#end;-1\n"), "the end mark is not `#end;N`"),
        (format!("{dagl}\n#end;1\n{dagl}\n"), "lines come after the end mark"),
        (format!("{dagl}\n#end;1\n#end;1\n"), "lines come after the end mark"),
    ] {
        let run = run(&bench, &persons(&bad)).await;
        let failure = run.done.unwrap_err();
        assert!(matches!(failure, Failure::Unreadable(_)) && failure.is_the_file());
        let text = failure.to_string();
        assert!(text.contains(says) && text.contains("--no-end-mark"), "{bad}: {text}");
        assert!(text.ends_with("nothing is closed"), "{text}");
        assert_eq!(run.counts.closed, 0);
    }
    let open = "select count(*) from assignment where valid_to is null and source = $1";
    assert_eq!(number(&bench, open, "persons").await, 2);
    let good = persons(&format!("{dagl}\n#end;1\n"));
    assert_eq!(run(&bench, &good).await.well().counts.closed, 1);
}

async fn without_a_mark_the_last_line_must_have_an_end(bench: Bench) {
    let folder = folder();
    for (kind, [first, then], live) in kinds() {
        let file = write(&folder, "first", &first);
        run(&bench, &import(kind, &file, true, false)).await.well();
        let file = write(&folder, "cut", then.trim_end());
        let cut = run(&bench, &import(kind, &file, true, true)).await;
        assert!(matches!(cut.done, Err(Failure::Unreadable(_))), "{kind}: {:?}", cut.done);
        cut.says("refused: line 2: it has no line end: the file is cut off");
        assert_eq!((cut.counts.closed, bench.count(live).await), (0, 2), "{kind}");
        // A mark that is there counts all the same.
        let file = write(&folder, "wrong", format!("{then}#end;7\n"));
        let wrong = run(&bench, &import(kind, &file, true, true)).await;
        assert!(matches!(wrong.done, Err(Failure::Unreadable(_))), "{kind}: {:?}", wrong.done);
        let file = write(&folder, "whole", &then);
        let run = run(&bench, &import(kind, &file, true, false)).await.well();
        assert_eq!((run.counts.same, run.counts.closed), (2, 1), "{kind}");
    }
}

async fn a_line_that_may_be_of_anybody_closes_nothing(bench: Bench) {
    let folder = folder();
    for (kind, [first, then], live) in kinds() {
        let file = write(&folder, "first", marked(&first));
        run(&bench, &import(kind, &file, false, false)).await.well();
        for odd in ["x;y", "{\"pid\":", "\"", ";;;;;;;", "12837810092;Pia;31090447;DAGL"] {
            let file = write(&folder, "odd", marked(format!("{then}{odd}\n")));
            let run = run(&bench, &import(kind, &file, false, false)).await;
            assert!(matches!(run.done, Err(Failure::Unsure(1))), "{kind} {odd}: {:?}", run.done);
            assert_eq!(run.counts.closed, 0, "{kind}");
            assert!(!run.told.concat().contains("12837810092"), "a number is never told");
        }
        assert_eq!(bench.count(live).await, 3, "{kind}");
        let file = write(&folder, "odd", marked(format!("{then}x;y\n")));
        let run = run(&bench, &import(kind, &file, false, true)).await.well();
        assert_eq!((run.counts.closed, bench.count(live).await), (1, 2), "{kind}");
    }
}
