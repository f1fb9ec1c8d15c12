//! Clients for the demo's facilitators: made up, and the same each time.
use super::Sandbox;
use crate::{
    ids::OrgNo,
    problem::Problem,
    proceedings::{Proceeding, Proceedings},
    registers::seed::{Held, NewClient},
};

const ACCOUNTANTS: &str = "314250052";
const AUDITORS: &str = "315550106";
const BUSINESS_MANAGERS: &str = "316660207";
/// Clients of the auditors, and of the business managers.
const A_FEW: usize = 40;

const FIRST: [&str; 40] = [
    "Ås",
    "Ærlig",
    "Øvre",
    "Nordre",
    "Søndre",
    "Bjørk",
    "Fjord",
    "Blåbær",
    "Gråstein",
    "Sjø",
    "Vår",
    "Solsiden",
    "Måne",
    "Hav",
    "Fjell",
    "Tangen",
    "Brygga",
    "Elve",
    "Skog",
    "Nøtte",
    "Rype",
    "Kråke",
    "Ørne",
    "Måse",
    "Lønne",
    "Selje",
    "Røsslyng",
    "Multe",
    "Tyttebær",
    "Kløver",
    "Furu",
    "Gran",
    "Einer",
    "Åker",
    "Eng",
    "Myr",
    "Vik",
    "Nes",
    "Holme",
    "Øy",
];
const TRADE: [&str; 25] = [
    "Bakeri",
    "Rør",
    "Elektro",
    "Bygg",
    "Fisk",
    "Frisør",
    "Kafé",
    "Gård",
    "Transport",
    "Maling",
    "Blomster",
    "Båt",
    "Trevare",
    "Hagesenter",
    "Dataråd",
    "Renhold",
    "Sykkel",
    "Klær",
    "Møbler",
    "Optikk",
    "Snø og brøyting",
    "Tømrer",
    "Verksted",
    "Lærebøker",
    "Øl & mat",
];
const PLACE: [&str; 80] = [
    "Alta",
    "Arendal",
    "Askim",
    "Bergen",
    "Bodø",
    "Brevik",
    "Bryne",
    "Bærum",
    "Drammen",
    "Drøbak",
    "Egersund",
    "Elverum",
    "Farsund",
    "Fauske",
    "Finnsnes",
    "Flekkefjord",
    "Florø",
    "Førde",
    "Gjøvik",
    "Grimstad",
    "Halden",
    "Hamar",
    "Hammerfest",
    "Harstad",
    "Haugesund",
    "Holmestrand",
    "Honningsvåg",
    "Horten",
    "Hønefoss",
    "Jessheim",
    "Kirkenes",
    "Kongsberg",
    "Kongsvinger",
    "Kopervik",
    "Kragerø",
    "Kristiansand",
    "Kristiansund",
    "Larvik",
    "Leirvik",
    "Levanger",
    "Lillehammer",
    "Lillesand",
    "Lillestrøm",
    "Lyngdal",
    "Mandal",
    "Mo i Rana",
    "Moelv",
    "Molde",
    "Mosjøen",
    "Moss",
    "Mysen",
    "Måløy",
    "Namsos",
    "Narvik",
    "Notodden",
    "Odda",
    "Orkanger",
    "Oslo",
    "Otta",
    "Porsgrunn",
    "Risør",
    "Rjukan",
    "Røros",
    "Sandefjord",
    "Sandnes",
    "Sarpsborg",
    "Ski",
    "Skien",
    "Sortland",
    "Stavanger",
    "Steinkjer",
    "Stjørdal",
    "Svolvær",
    "Tromsø",
    "Trondheim",
    "Tønsberg",
    "Ulsteinvik",
    "Vardø",
    "Verdal",
    "Ørsta",
];

/// Puts so many clients of the accountants into the store, the customer of the story among them, and a
/// few of the others, two of which are under proceedings. What is there already is left alone.
pub async fn seed(sandbox: &Sandbox, count: usize) -> Result<(), Problem> {
    if count == 0 {
        return Ok(());
    }
    let number =
        |text: &str| text.parse::<OrgNo>().map_err(|e| Problem::Internal(format!("{text} is {e}")));
    let (accountants, auditors) = (number(ACCOUNTANTS)?, number(AUDITORS)?);
    let managers = number(BUSINESS_MANAGERS)?;
    let register = sandbox.register();
    let mut some = Vec::with_capacity(1_000);
    // One is in the world already.
    for (n, org_no) in numbers(31_200_000).take(count - 1).enumerate() {
        some.push(client_of_accountants(n, org_no, &accountants));
        if some.len() == 1_000 {
            register.clients(&some).await?;
            some.clear();
        }
    }
    let deleted = numbers(31_350_000).take((count / 80).max(3)).enumerate();
    some.extend(deleted.map(|(n, org_no)| NewClient {
        deleted: true,
        name: format!("Nedlagt {}", name(n * 7)),
        ..client(n, org_no, "AS", &[("REGN", &accountants)])
    }));
    let audited = numbers(31_400_000).take(A_FEW).enumerate();
    some.extend(audited.map(|(n, org_no)| client(n + 11, org_no, "AS", &[("REVI", &auditors)])));
    let managed = numbers(31_450_000).take(A_FEW).enumerate();
    some.extend(managed.map(|(n, org_no)| {
        // One in ten is of a form for which the role gives less.
        let (form, kind) = match n % 10 {
            9 => ("AS", "Eiendom AS"),
            n if n % 2 == 0 => ("ESEK", "Sameie"),
            _ => ("BRL", "Borettslag"),
        };
        NewClient {
            name: format!("{} {kind} {}", pick(&FIRST, n), pick(&PLACE, n * 3)),
            ..client(n, org_no, form, &[("FFØR", &managers)])
        }
    }));
    register.clients(&some).await?;
    // The first two in the list of the accountants' clients.
    let troubled = [Proceeding::WindingUp, Proceeding::Bankruptcy];
    for (kind, org_no) in troubled.into_iter().zip(numbers(31_200_000).take(count - 1)) {
        let mut all = Proceedings::default();
        all.add(kind, "2026-03-02".parse().ok());
        register.proceedings(&org_no, &all).await?;
    }
    Ok(())
}

/// One in ten lets the accountants do something else than accounts.
fn client_of_accountants<'a>(n: usize, org_no: OrgNo, accountants: &OrgNo) -> NewClient<'a> {
    let role = if n % 10 == 7 { "REVI" } else { "REGN" };
    let form = match n % 9 {
        2 => "ENK",
        5 => "NUF",
        _ => "AS",
    };
    client(n, org_no, form, &[(role, accountants)])
}
fn client<'a>(
    n: usize,
    org_no: OrgNo,
    form: &'a str,
    gives: &[(&'a str, &OrgNo)],
) -> NewClient<'a> {
    NewClient {
        org_no,
        name: match n {
            0 => "=SUM(A1:A9) Regneark AS".to_owned(),
            1 => "-Minus & Pluss AS".to_owned(),
            _ => name(n),
        },
        form,
        parent: None,
        deleted: false,
        gives: gives.iter().map(|(role, to)| (Held::Role(role), (*to).clone())).collect(),
    }
}
/// No two of the first 80,000 are the same.
fn name(n: usize) -> String {
    let (trade, place) = (n / FIRST.len(), n / FIRST.len() / TRADE.len());
    // The place moves with the rest, so that neighbours differ in more than one word.
    format!(
        "{} {} {}",
        pick(&FIRST, n),
        pick(&TRADE, trade),
        pick(&PLACE, place + n % 40 + trade % 25)
    )
}
fn pick<'a>(words: &[&'a str], n: usize) -> &'a str {
    words.iter().cycle().nth(n % words.len()).copied().unwrap_or_default()
}

/// Organisation numbers that hold, from these eight digits on.
fn numbers(first: u32) -> impl Iterator<Item = OrgNo> {
    (first..).filter_map(|body| {
        let digits = (1..9).map(|at| body / 10_u32.pow(8 - at) % 10);
        let sum: u32 =
            digits.zip([3, 2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
        format!("{body}{}", (11 - sum % 11) % 11).parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn clients_are_the_same_each_time_and_no_two_are_alike() {
        let all: Vec<OrgNo> = numbers(31_200_000).take(80_000).collect();
        assert!(all.is_sorted() && all.last().unwrap().as_str() < "313500000");
        let names: HashSet<String> = (0..80_000).map(name).collect();
        assert_eq!(names.len(), 80_000);
        assert!(names.iter().any(|name| name.contains('Å')));
        let accountants: OrgNo = ACCOUNTANTS.parse().unwrap();
        let one = |n: usize| client_of_accountants(n, all[n].clone(), &accountants);
        assert_eq!(
            (one(0).name.as_str(), one(1).name.get(..1)),
            ("=SUM(A1:A9) Regneark AS", Some("-"))
        );
        assert!(matches!(one(7).gives[0].0, Held::Role("REVI")));
    }
}
