//! Files in the published shapes, made up: as many bytes for each organisation as the real ones have.
use crate::{Failure, line};
use flate2::{Compression, write::GzEncoder};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};
use systembruker::ids::OrgNo;

pub struct Files {
    pub units: PathBuf,
    pub unit_count: usize,
    pub roles: PathBuf,
    /// Roles that organisations hold; people's come on top.
    pub role_count: usize,
}

/// The first organisations are those that hold roles in the others.
const FIRMS: usize = 5_000;

pub fn files(folder: &Path, units: usize, roles: usize) -> Result<Files, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| line("the folder")(&e))?;
    let files = Files {
        units: folder.join(format!("units-{units}.json.gz")),
        unit_count: units,
        roles: folder.join(format!("roles-{units}-{roles}.json.gz")),
        role_count: roles,
    };
    if files.units.exists() && files.roles.exists() {
        return Ok(files);
    }
    let numbers: Vec<u32> = (810_000_000..)
        .filter(|number: &u32| number.to_string().parse::<OrgNo>().is_ok())
        .take(units)
        .collect();
    write(&files.units, numbers.iter().enumerate(), |out, (at, number)| unit(out, at, *number))?;
    let mut left = roles;
    write(&files.roles, numbers.iter().enumerate(), |out, (at, number)| {
        let held = (roles * (at + 1) / units - roles * at / units).min(left);
        left -= held;
        role(out, at, *number, held, &numbers)
    })?;
    Ok(files)
}

/// A packed array, with its name when it is whole.
fn write<T>(
    file: &Path,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut dyn Write, T) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let beside = file.with_extension("part");
    let wrong = |e: std::io::Error| line("a file")(&e);
    let inner = BufWriter::new(File::create(&beside).map_err(wrong)?);
    let mut out = GzEncoder::new(inner, Compression::fast());
    out.write_all(b"[ ").map_err(wrong)?;
    for (at, each) in items.enumerate() {
        if at > 0 {
            out.write_all(b", ").map_err(wrong)?;
        }
        item(&mut out, each).map_err(wrong)?;
    }
    out.write_all(b" ]").map_err(wrong)?;
    out.finish().and_then(|mut inner| inner.flush()).map_err(wrong)?;
    std::fs::rename(&beside, file).map_err(wrong)
}

fn unit(out: &mut dyn Write, at: usize, number: u32) -> std::io::Result<()> {
    let name = ["FIKTIV", "BLÅ", "ÆRLIG", "NORDRE", "GAMLE", "ØSTRE"];
    let trade = ["BAKERI", "RØRLEGGER", "REGNSKAP", "BYGG OG ANLEGG", "EIENDOM", "FISK", "DATA"];
    let (first, second) = (name.get(at % 6).unwrap_or(&""), trade.get(at / 6 % 7).unwrap_or(&""));
    let place = format!(
        r#"{{
    "land" : "Norge",
    "landkode" : "NO",
    "postnummer" : "{:04}",
    "poststed" : "OSLO",
    "adresse" : [ "Eksempelveien {at}" ],
    "kommune" : "OSLO",
    "kommunenummer" : "0301"
  }}"#,
        at % 10_000
    );
    write!(
        out,
        r#"{{
  "organisasjonsnummer" : "{number}",
  "navn" : "{first} {second} {at} AS",
  "organisasjonsform" : {{
    "kode" : "AS",
    "beskrivelse" : "Aksjeselskap",
    "links" : [ ]
  }},
  "hjemmeside" : "www.eksempel-{at}.invalid",
  "postadresse" : {place},
  "registreringsdatoEnhetsregisteret" : "2021-03-04",
  "registrertIMvaregisteret" : true,
  "naeringskode1" : {{
    "kode" : "10.710",
    "beskrivelse" : "Produksjon av brød og ferske konditorvarer"
  }},
  "antallAnsatte" : {},
  "harRegistrertAntallAnsatte" : true,
  "forretningsadresse" : {place},
  "stiftelsesdato" : "2021-02-01",
  "institusjonellSektorkode" : {{
    "kode" : "2100",
    "beskrivelse" : "Private aksjeselskaper mv."
  }},
  "registrertIForetaksregisteret" : true,
  "registrertIStiftelsesregisteret" : false,
  "registrertIFrivillighetsregisteret" : false,
  "sisteInnsendteAarsregnskap" : "2025",
  "konkurs" : false,
  "underAvvikling" : false,
  "underTvangsavviklingEllerTvangsopplosning" : false,
  "maalform" : "Bokmål",
  "vedtektsdato" : "2021-02-01",
  "vedtektsfestetFormaal" : [ "Å drive med {second} og det som står i naturlig forbindelse med det." ],
  "aktivitet" : [ "{second} {at}" ],
  "links" : [ ]
}}"#,
        at % 200
    )
}

fn role(
    out: &mut dyn Write,
    at: usize,
    number: u32,
    held: usize,
    numbers: &[u32],
) -> std::io::Result<()> {
    write!(
        out,
        r#"{{
  "organisasjonsnummer" : "{number}",
  "rollegrupper" : [ {{
    "type" : {{ "kode" : "DAGL", "beskrivelse" : "Daglig leder/ adm.direktør" }},
    "sistEndret" : "2024-06-01",
    "roller" : [ {{
      "type" : {{ "kode" : "DAGL", "beskrivelse" : "Daglig leder" }},
      "person" : {{
        "fodselsdato" : "1990-12-02",
        "navn" : {{ "fornavn" : "KARI", "mellomnavn" : "EKSEMPEL", "etternavn" : "PRØVE" }},
        "erDoed" : false
      }},
      "fratraadt" : false,
      "rekkefolge" : 0
    }} ]
  }}"#
    )?;
    let codes = ["REGN", "REVI", "FFØR"];
    for (nth, code) in codes.iter().enumerate().take(held) {
        // Some have many clients, most few.
        let firm = (at * 7_919 + nth * 31) % FIRMS.min(numbers.len());
        let firm = if at.is_multiple_of(3) { firm / 20 } else { firm };
        let holder = numbers.get(firm).copied().unwrap_or(number);
        write!(
            out,
            r#", {{
    "type" : {{ "kode" : "{code}", "beskrivelse" : "Regnskapsfører" }},
    "sistEndret" : "2023-01-15",
    "roller" : [ {{
      "type" : {{ "kode" : "{code}", "beskrivelse" : "Regnskapsfører" }},
      "enhet" : {{
        "organisasjonsnummer" : "{holder}",
        "organisasjonsform" : {{ "kode" : "AS", "beskrivelse" : "Aksjeselskap" }},
        "navn" : [ "FIKTIV REGNSKAP AS" ],
        "erSlettet" : false
      }},
      "fratraadt" : false,
      "avregistrert" : false,
      "rekkefolge" : 0
    }} ]
  }}"#
        )?;
    }
    write!(out, " ]\n}}")
}
