//! The update feed: what it says is gone is gone, whatever lies in the folder of objects.
use super::*;

on_each_engine!(
    what_the_feed_says_is_gone_ends_whatever_its_object_is,
    what_is_removed_loses_its_name,
    a_feed_by_which_too_much_would_end_ends_nothing,
);

fn change(number: &str, kind: &str) -> Value {
    json!({ "oppdateringsid": 1, "organisasjonsnummer": number, "endringstype": kind, "dato": "2026-11-20T04:00:00.000Z" })
}
fn feed(folder: &tempfile::TempDir, changes: &[Value]) -> Import {
    let page = json!({ "_embedded": { "oppdaterteEnheter": changes }, "page": { "size": 10 } });
    let file = write(folder, "feed.json", page.to_string());
    Import::Updates(Updates { from: from(&file), objects: folder.path().to_owned() })
}
const NAMED: &str = "select name || '/' || name_fold from party where org_no = $1";
const SINCE: &str = "select count(*) from party where deleted is not null and org_no = $1";

async fn what_the_feed_says_is_gone_ends_whatever_its_object_is(bench: Bench) {
    let folder = folder();
    let numbers = numbers_from(311_000_000, 14);
    let units = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS"));
    import_units(&bench, &units.collect()).await;
    let mut changes = Vec::new();
    for (nth, kind) in [(0, "Fjernet"), (7, "Sletting")] {
        let numbers = &numbers[nth..nth + 7];
        let object =
            |n: usize, text: &str| drop(write(&folder, &format!("{}.json", numbers[n]), text));
        object(0, r#"{"timestamp":"2026-11-20","status":410,"error":"Gone"}"#);
        object(1, "");
        object(2, &unit(&numbers[2], "FORTSATT HER AS", "AS").to_string());
        object(3, "\u{0}\u{1}<html>");
        object(4, &unit(FIRM, "EN ANNEN", "AS").to_string());
        std::fs::create_dir(folder.path().join(format!("{}.json", numbers[5]))).unwrap();
        changes.extend(numbers.iter().map(|n| change(n, kind)));
    }
    changes[6]["dato"] = json!("i går");
    changes[13].as_object_mut().unwrap().remove("dato");
    // More than may end by default.
    let Import::Updates(mut what) = feed(&folder, &changes) else { unreachable!() };
    what.from.limits.yes = true;
    let run = run(&bench, &Import::Updates(what)).await.well();
    assert_eq!((run.counts.deleted, run.counts.refused, run.counts.to_fetch), (14, 0, 0));
    for number in &numbers {
        assert_eq!(self::number(&bench, SINCE, number).await, 1, "{number}");
    }
    // What a good object tells of one that is deleted is taken; nothing of one that is removed.
    assert_eq!(text(&bench, NAMED, &numbers[9]).await.unwrap(), "FORTSATT HER AS/fortsatt her as");
    assert_eq!(text(&bench, NAMED, &numbers[2]).await.unwrap(), "/");
    let now = "select count(*) from party where deleted = (select max(deleted) from party) and org_no = $1";
    for number in [&numbers[6], &numbers[13]] {
        assert_eq!(self::number(&bench, now, number).await, 1, "{number}: from now on");
    }
}

async fn what_is_removed_loses_its_name(bench: Bench) {
    let folder = folder();
    import_units(&bench, &world_of_units()).await;
    let run_one = run(&bench, &feed(&folder, &[change(BAKER, "Sletting")])).await.well();
    assert_eq!(run_one.counts.deleted, 1);
    assert_eq!(
        text(&bench, NAMED, BAKER).await.unwrap(),
        "FIKTIV BAKER ÆRLIG AS/fiktiv baker ærlig as"
    );
    // Also of one that has been deleted before.
    let both = [change(BAKER, "Fjernet"), change(FIRM, "Fjernet"), change("310000116", "Fjernet")];
    let run_two = run(&bench, &feed(&folder, &both)).await.well();
    assert_eq!((run_two.counts.deleted, run_two.counts.same), (1, 1));
    let sorted = "select count(*) from party where length(name_sort) > 8 and org_no = $1";
    for gone in [BAKER, FIRM] {
        assert_eq!(text(&bench, NAMED, gone).await.unwrap(), "/");
        assert_eq!(number(&bench, SINCE, gone).await, 1);
        assert_eq!(number(&bench, sorted, gone).await, 0);
    }
    let again = run(&bench, &feed(&folder, &both)).await.well().counts;
    assert_eq!((again.deleted, again.changed, again.same), (0, 0, 3));
    // An older file that still has the name does not bring it back.
    let mut old = world_of_units();
    old[0]["slettedato"] = json!("2026-11-20");
    old[1]["slettedato"] = json!("2026-11-20");
    import_units(&bench, &old).await;
    assert_eq!(text(&bench, NAMED, BAKER).await.unwrap(), "/");
    // One that is there again has a name again.
    import_units(&bench, &world_of_units()).await;
    assert_eq!(text(&bench, NAMED, FIRM).await.unwrap(), "FIKTIV REGNSKAP AS/fiktiv regnskap as");
    assert_eq!(number(&bench, SINCE, FIRM).await, 0);
}

async fn a_feed_by_which_too_much_would_end_ends_nothing(bench: Bench) {
    let folder = folder();
    let numbers = numbers_from(311_000_000, 14);
    let units = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS"));
    import_units(&bench, &units.collect()).await;
    import_units(&bench, &world_of_units()).await;
    let all = numbers.iter().map(|n| roles(n, &[held_by("REGN", FIRM)]));
    import_roles(&bench, &all.collect()).await;
    let refused = |run: Run| {
        assert!(matches!(run.done, Err(Failure::TooMany(_))), "{:?}", run.done);
        assert_eq!((run.counts.closed, run.counts.deleted), (0, 0));
    };
    let changes: Vec<Value> = numbers[..11].iter().map(|n| change(n, "Sletting")).collect();
    refused(run(&bench, &feed(&folder, &changes)).await);
    // Roles that are gone count as in a file of roles, and nothing else ends with them either.
    let mut changes = vec![change(BAKER, "Fjernet")];
    for number in &numbers[..3] {
        write(&folder, &format!("{number}.json"), roles(number, &[]).to_string());
        changes.push(change(number, "Endring"));
    }
    refused(run(&bench, &feed(&folder, &changes)).await);
    assert_eq!(number(&bench, SINCE, BAKER).await, 0);
    let few = run(&bench, &feed(&folder, &changes[..3])).await.well();
    assert_eq!((few.counts.closed, few.counts.deleted), (2, 1));
}
