//! Services, in the shape of the resource registry, with what opens each.
use super::{
    Failure, Importer, Named,
    feed::{Feed, Refusal},
    guard::{Cause, Share},
    source::Source,
};
use crate::{
    catalogue::{self, Contents, Resource},
    i18n::Localised,
    ids::{OrgNo, ResourceId},
    parties, text,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;

/// What one element says.
#[derive(Debug)]
enum Told {
    Is(Box<Resource>),
    /// The registry has it no longer.
    Deleted(ResourceId),
}

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    complete: bool,
) -> Result<(), Failure> {
    let catalogue = catalogue::shipped()?;
    let mut feed = Feed::elements(source, |text| told(text, catalogue));
    let (mut named, mut deleted) = (HashSet::new(), HashSet::new());
    let mut refused = Named::default();
    while let Some(entries) = feed.next(200).await? {
        let mut resources = Vec::with_capacity(entries.len());
        for (_, told) in import.understood(entries, &mut refused) {
            match told {
                Told::Deleted(id) => {
                    deleted.insert(id);
                }
                Told::Is(resource) => {
                    named.insert(resource.identifier.clone());
                    resources.push(*resource);
                }
            }
        }
        enter(import, resources).await?;
        import.report.go_on();
    }
    take_out(import, &named, deleted, refused.nameless, complete).await
}

/// Takes out what the file says is deleted, and, where it is all there is, what it does not name. What the
/// file also has as a service stays.
async fn take_out(
    import: &mut Importer<'_>,
    named: &HashSet<ResourceId>,
    deleted: HashSet<ResourceId>,
    refused: u64,
    complete: bool,
) -> Result<(), Failure> {
    import.something_was_used()?;
    let contents = import.catalogue().await?;
    let all: HashSet<ResourceId> =
        contents.resources().map(|resource| resource.identifier.clone()).collect();
    let mut gone: HashSet<ResourceId> =
        deleted.into_iter().filter(|id| all.contains(id) && !named.contains(id)).collect();
    import.guard.check("services", Cause::Register, (gone.len(), all.len()), shares(&gone))?;
    if complete {
        let absent = all.iter().filter(|id| !named.contains(id) && !gone.contains(id));
        let absent: HashSet<ResourceId> = absent.cloned().collect();
        if !absent.is_empty() && refused > 0 && !import.guard.is_off() {
            return Err(Failure::Unsure(refused));
        }
        let counts = (absent.len(), all.len());
        import.guard.check("services", Cause::Silence, counts, shares(&absent))?;
        gone.extend(absent);
    }
    let mut gone: Vec<ResourceId> = gone.into_iter().collect();
    gone.sort();
    for some in gone.chunks(200) {
        import
            .write(some.len(), async |tx| {
                for id in some {
                    catalogue::store::delete(tx, id).await?;
                }
                catalogue::store::bump(tx).await
            })
            .await?;
        import.report.counts.closed += some.len() as u64;
        import.report.go_on();
    }
    Ok(())
}
fn shares(ids: &HashSet<ResourceId>) -> Vec<Share> {
    ids.iter().map(|id| Share { name: id.to_string(), counts: None }).collect()
}

/// Who is responsible for a service, as the registry has it.
#[derive(Deserialize)]
struct Authority {
    organization: Option<String>,
    #[serde(default)]
    name: Localised,
}

fn told(text: &[u8], catalogue: &Contents) -> Result<Told, Refusal> {
    let refused = |why: String| Refusal::new(None, why);
    let shape = |e: serde_json::Error| refused(format!("it has another shape: {e}"));
    let value: Value = serde_json::from_slice(text).map_err(shape)?;
    match value.get("deleted") {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(Value::Bool(true)) => {
            let id = value.get("identifier").cloned().unwrap_or_default();
            return serde_json::from_value(id).map(Told::Deleted).map_err(shape);
        }
        Some(_) => return Err(refused("deleted is true or false".into())),
    }
    resource(value, catalogue).map(|resource| Told::Is(Box::new(resource)))
}
fn resource(value: Value, catalogue: &Contents) -> Result<Resource, Refusal> {
    let refused = |why: String| Refusal::new(None, why);
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
    if let Some(by) = catalogue.unknown_subject(&resource) {
        let by = clipped(by);
        return Err(named(format!(
            "\"{by}\" in opens or denies is no package, role or other subject"
        )));
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

    fn read(text: &str) -> Result<Told, Refusal> {
        told(text.as_bytes(), catalogue::shipped().unwrap())
    }

    #[test]
    fn the_registrys_shape_is_ours_with_another_owner() {
        let text = r#"{"identifier":"ske-x","version":"1","title":{"nb":"X"},"hasCompetentAuthority":{"organization":"974761076","orgcode":"skd","name":{"nb":"Skatteetaten"}},
            "resourceType":"GenericAccessResource","status":"Active","delegable":true,"visible":true,"accessListMode":"Enabled",
            "opens":[{"by":"urn:altinn:accesspackage:krav-og-utlegg","actions":["read"]}],"minLevel":3}"#;
        let Told::Is(resource) = read(text).unwrap() else { panic!() };
        assert_eq!(resource.owner.unwrap().as_str(), "974761076");
        assert_eq!(resource.owner_name.nb, "Skatteetaten");
        assert_eq!(resource.opens.len(), 1);
        let deleted = read(r#"{"identifier":"ske-x","deleted":true}"#).unwrap();
        assert!(matches!(deleted, Told::Deleted(id) if id.as_str() == "ske-x"));
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
            (
                r#"{"identifier":"ske-x","title":{"nb":"X"},"opens":[{"by":"urn:altinn:rolecode:dagll","actions":["read"]}]}"#,
                "ske-x: \"urn:altinn:rolecode:dagll\" in opens or denies is no package",
            ),
            (
                r#"{"identifier":"ske-x","title":{"nb":"X"},"denies":[{"by":"krav","actions":[]}]}"#,
                "ske-x: \"krav\" in opens or denies",
            ),
            (
                r#"{"identifier":"ske-x","title":{"nb":"X"},"availableForType":["Firma"]}"#,
                "unknown variant `Firma`",
            ),
            (r#"{"identifier":"ske-x","deleted":"yes"}"#, "deleted is true or false"),
            (r#"{"identifier":"a b","deleted":true}"#, "another shape"),
            (r#"{"deleted":true}"#, "another shape"),
        ] {
            let refusal = read(text).unwrap_err();
            assert!(refusal.why.contains(why), "{text}: {}", refusal.why);
        }
    }
}
