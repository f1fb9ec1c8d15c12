//! People whose national number has changed.
use super::{
    Failure, Importer, Named, TRIES,
    feed::{Feed, Refusal},
    joining::{self, Hashes, Joined},
    numbers::PersonNumbers,
    source::Source,
    table::Table,
};
use crate::config::EndMark;

/// The former number, and the one that took its place.
type Pair = (Hashes, Hashes);

/// `formerPid;pid`.
pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    numbers: PersonNumbers,
    end: &EndMark,
) -> Result<(), Failure> {
    let mut table = Table::new(&["formerPid", "pid"]);
    let mut feed = Feed::lines(source, end, move |text| {
        let values = match table.read(text)? {
            Ok(values) => values,
            Err(refusal) => return Some(Err(refusal)),
        };
        let [former, pid] = values.as_slice() else { return None };
        Some(pair(&numbers, former, pid).map_err(|why| Refusal::new(None, why)))
    });
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        for (at, (former, pid)) in import.understood(entries, &mut Named::default()) {
            match import.join(&former, &pid).await? {
                Ok(Joined::Unknown) => import.report.counts.unknown += 1,
                Ok(_) => {}
                Err(why) => import.report.refuse(at, &Refusal::new(None, why)),
            }
        }
        import.report.go_on();
    }
    import.something_was_used()
}
fn pair(numbers: &PersonNumbers, former: &str, pid: &str) -> Result<Pair, String> {
    let pid = numbers.read("the number", pid)?;
    Ok((numbers.read_former(former, &pid)?, pid))
}

impl Importer<'_> {
    /// Joins the numbers in a transaction of their own; or why they cannot be one person's.
    pub(super) async fn join(
        &mut self,
        former: &Hashes,
        new: &Hashes,
    ) -> Result<Result<Joined, &'static str>, Failure> {
        let mut tried = 1;
        let joined = loop {
            let now = self.clock.now();
            match self.write(1, async |tx| joining::join(tx, now, former, new).await).await {
                // Somebody has logged in with one of the numbers meanwhile.
                Err(failure) if failure.is_taken() && tried < TRIES => tried += 1,
                done => break done?,
            }
        };
        Ok(match joined {
            Joined::Cycle => Err("the number is known as the former one of the former number"),
            Joined::Replaced => Err("the former number has been replaced by another one already"),
            Joined::Unknown => Ok(joined),
            Joined::Same => {
                self.report.counts.same += 1;
                Ok(joined)
            }
            Joined::Changed | Joined::Merged | Joined::Noted => {
                self.report.counts.numbers_joined += 1;
                Ok(joined)
            }
        })
    }
}
