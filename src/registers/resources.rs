//! Services, in the shape of the resource registry, with what opens each.
use super::{
    Failure, Importer, Named,
    feed::{Feed, Refusal},
    source::Source,
};
use crate::{
    catalogue::{self, Resource},
    i18n::Localised,
    ids::OrgNo,
    parties, text,
};
use serde::Deserialize;
use serde_json::Value;

pub(super) async fn import(import: &mut Importer<'_>, source: Source) -> Result<(), Failure> {
    let mut feed = Feed::elements(source, resource);
    while let Some(entries) = feed.next(200).await? {
        let entries = import.understood(entries, &mut Named::default());
        enter(import, entries.into_iter().map(|(_, resource)| resource).collect()).await?;
        import.report.go_on();
    }
    import.something_was_used()
}

/// Who is responsible for a service, as the registry has it.
#[derive(Deserialize)]
struct Authority {
    organization: Option<String>,
    #[serde(default)]
    name: Localised,
}

fn resource(text: &[u8]) -> Result<Resource, Refusal> {
    let refused = |why: String| Refusal::new(None, why);
    let shape = |e: serde_json::Error| refused(format!("it has another shape: {e}"));
    let value: Value = serde_json::from_slice(text).map_err(shape)?;
    let authority = value.get("hasCompetentAuthority").filter(|value| !value.is_null()).cloned();
    let named = value.get("identifier").and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = move |why: String| refused(format!("{}: {why}", clipped(&named)));
    let mut resource: Resource =
        serde_json::from_value(value).map_err(|e| named(format!("it has another shape: {e}")))?;
    if let Some(authority) = authority {
        let authority: Authority =
            serde_json::from_value(authority).map_err(|e| named(e.to_string()))?;
        let number = authority.organization.filter(|number| !number.is_empty());
        if let (None, Some(number)) = (&resource.owner, number) {
            let owner: OrgNo = number.parse().map_err(|e| named(format!("its owner is {e}")))?;
            resource.owner = Some(owner);
        }
        if resource.owner_name == Localised::default() {
            resource.owner_name = authority.name;
        }
    }
    for text in [&mut resource.title, &mut resource.owner_name] {
        for said in [&mut text.nb, &mut text.nn, &mut text.en] {
            *said = text::clean(said.trim(), text::NAME)
                .map_err(|e| named(format!("its title or its owner's name {e}")))?;
        }
    }
    if resource.title == Localised::default() {
        return Err(named("it has no title".into()));
    }
    if resource.min_level > 4 {
        return Err(named("minLevel is 0 to 4".into()));
    }
    Ok(resource)
}
fn clipped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Enters what is not as it was, and tells every process that the catalogue has changed.
async fn enter(import: &mut Importer<'_>, mut resources: Vec<Resource>) -> Result<(), Failure> {
    let contents = import.catalogue().await?;
    import
        .store
        .read(async |tx| {
            for resource in &mut resources {
                // The owner is shown by name, which the registry need not repeat.
                if let (Some(owner), "") = (&resource.owner, resource.owner_name.nb.as_str()) {
                    let name = parties::organisation_name(tx, owner).await?;
                    let (nn, en) = (name.clone(), name.clone());
                    resource.owner_name = Localised { nb: name, nn, en };
                }
            }
            Ok::<_, crate::db::Error>(())
        })
        .await?;
    let body = |resource: &Resource| serde_json::to_value(resource).ok();
    let changed: Vec<&Resource> = resources
        .iter()
        .filter(|new| contents.resource(&new.identifier).is_none_or(|old| body(old) != body(new)))
        .collect();
    let new = changed.iter().filter(|new| contents.resource(&new.identifier).is_none()).count();
    let now = import.clock.now();
    if !changed.is_empty() {
        import
            .write(changed.len(), async |tx| {
                for resource in &changed {
                    catalogue::store::upsert(tx, resource, now).await?;
                }
                catalogue::store::bump(tx).await
            })
            .await?;
    }
    let counts = &mut import.report.counts;
    counts.entered += new as u64;
    counts.changed += (changed.len() - new) as u64;
    counts.same += (resources.len() - changed.len()) as u64;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrys_shape_is_ours_with_another_owner() {
        let text = r#"{"identifier":"ske-x","version":"1","title":{"nb":"X"},"hasCompetentAuthority":{"organization":"974761076","orgcode":"skd","name":{"nb":"Skatteetaten"}},
            "resourceType":"GenericAccessResource","status":"Active","delegable":true,"visible":true,"accessListMode":"Enabled",
            "opens":[{"by":"urn:altinn:accesspackage:krav-og-utlegg","actions":["read"]}],"minLevel":3}"#;
        let resource = resource(text.as_bytes()).unwrap();
        assert_eq!(resource.owner.unwrap().as_str(), "974761076");
        assert_eq!(resource.owner_name.nb, "Skatteetaten");
        assert_eq!(resource.opens.len(), 1);
    }

    #[test]
    fn a_broken_service_is_refused_by_its_name() {
        for (text, why) in [
            (r#"{"identifier":"ske-x"}"#, "ske-x: it has another shape"),
            (r#"{"identifier":"ske-x","title":{"nb":" "}}"#, "ske-x: it has no title"),
            (r#"{"identifier":"ske-x","title":{"nb":"X"},"minLevel":9}"#, "minLevel"),
            (r#"{"identifier":"ske-x","title":{"nb":"a\u202eb"}}"#, "bidirectional"),
            (r#"{"identifier":"<b>","title":{"nb":"X"}}"#, "<b>: "),
            (r#"{"identifier":"ske-x","title":{"nb":"X"},"opens":[{"by":"y"}]}"#, "actions"),
            ("[", "another shape"),
        ] {
            let refusal = resource(text.as_bytes()).unwrap_err();
            assert!(refusal.why.contains(why), "{text}: {}", refusal.why);
        }
    }
}
