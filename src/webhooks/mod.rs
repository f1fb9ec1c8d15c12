//! Webhooks: a vendor's own address is told of the events of its system, in order and at least once.
pub mod api;
pub mod model;
pub mod store;
pub mod wire;
pub mod worker;

pub use model::Webhook;
pub use store::Delivery;

use crate::{
    app::App,
    db::Error,
    egress::{Outcome, Refusal},
    events::{sealer, wire::EventBody},
    ids::{DeliveryId, OrgNo, SystemId, WebhookId},
    problem::{Code, Problem},
    web::{json::unreadable, paging::PAGE_ROWS},
};

/// What a vendor asks for.
pub struct Wish {
    pub system: String,
    pub url: String,
    pub types: Vec<String>,
}

fn refused(refusal: Refusal) -> Problem {
    unreadable("url", &refusal.to_string())
}

/// Enters a webhook: from now on the vendor is told. With it its secret, which is shown this once.
pub async fn create(app: &App, vendor: &OrgNo, wish: Wish) -> Result<(Webhook, String), Problem> {
    let system: SystemId = wish.system.parse().map_err(|_| Code::SystemNotFound)?;
    let url = app.egress.parse(&wish.url).map_err(refused)?;
    if let Some(odd) = wish.types.iter().find(|pattern| !model::is_pattern(pattern)) {
        let odd: String = odd.chars().take(50).collect();
        return Err(unreadable("types", &format!("'{odd}' takes in no type of event.")));
    }
    if wish.types.len() > model::MOST_PATTERNS {
        return Err(unreadable("types", &format!("At most {} patterns.", model::MOST_PATTERNS)));
    }
    app.egress.look_up(&url).await.map_err(refused)?;
    let webhook = Webhook {
        id: WebhookId(uuid::Uuid::now_v7()),
        vendor: vendor.clone(),
        system,
        url: url.into(),
        types: wish.types,
        key_id: app.config.webhook_keys.current_id().to_owned(),
        seen: sealer::head(&app.store).await?.number,
        created: app.clock.now(),
    };
    app.store
        .write(async |tx| {
            if !store::lock_system(tx, &webhook.system, vendor).await? {
                return Err(Code::SystemNotFound.into());
            }
            if store::count_of_system(tx, &webhook.system).await? >= model::MOST {
                let said = format!("A system has at most {} webhooks.", model::MOST);
                return Err(Problem::Clash(said.into()));
            }
            Ok::<_, Problem>(store::insert(tx, &webhook).await?)
        })
        .await?;
    let secret = webhook.secret(&app.config.webhook_keys);
    let secret = secret.ok_or_else(|| Problem::Internal("no webhook key".into()))?;
    Ok((webhook, secret))
}

/// The vendor's webhooks, a page and one more, from after `after`.
pub async fn list(
    app: &App,
    vendor: &OrgNo,
    after: Option<WebhookId>,
) -> Result<Vec<Webhook>, Problem> {
    let after = after.unwrap_or(WebhookId(uuid::Uuid::nil()));
    Ok(store::list_by_vendor(&app.store, vendor, after, PAGE_ROWS + 1).await?)
}

/// One of the vendor's own.
async fn find_own(app: &App, vendor: &OrgNo, id: WebhookId) -> Result<Webhook, Problem> {
    let found = store::find(&app.store, id).await?.filter(|webhook| webhook.vendor == *vendor);
    found.ok_or(Problem::NotFound)
}

/// Ends it; what waits is not delivered any more.
pub async fn delete(app: &App, vendor: &OrgNo, id: WebhookId) -> Result<(), Problem> {
    let now = app.clock.now();
    let done = app.store.write(async |tx| store::delete(tx, id, vendor, now).await).await?;
    if done { Ok(()) } else { Err(Problem::NotFound) }
}

/// Sends an event that has not happened, at once, and says what came of it.
pub async fn test(app: &App, vendor: &OrgNo, id: WebhookId) -> Result<Outcome, Problem> {
    let webhook = find_own(app, vendor, id).await?;
    let event = EventBody::trial(webhook.system.as_str(), app.clock.now());
    Ok(worker::send(app, &webhook, DeliveryId(uuid::Uuid::now_v7()), &event).await)
}

/// Delivers once more what happened from the event of that number on.
pub async fn replay(app: &App, vendor: &OrgNo, id: WebhookId, from: i64) -> Result<(), Problem> {
    find_own(app, vendor, id).await?;
    if from < 1 {
        return Err(unreadable("from", "An event's number is 1 or more."));
    }
    app.store.write(async |tx| store::go_back(tx, id, vendor, from - 1).await).await?;
    Ok(())
}

/// What has been sent and what waits, newest first: a page and one more, from before `before`.
pub async fn deliveries(
    app: &App,
    vendor: &OrgNo,
    id: WebhookId,
    before: Option<DeliveryId>,
) -> Result<Vec<Delivery>, Problem> {
    find_own(app, vendor, id).await?;
    let before = before.unwrap_or(DeliveryId(uuid::Uuid::max()));
    Ok(store::list_deliveries(&app.store, id, before, PAGE_ROWS + 1).await?)
}

/// Forgets deliveries that ended longer ago than they are listed; how many.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let before = app.clock.now().plus_days(-model::LISTED_DAYS);
    store::delete_ended_before(&app.store, before).await
}
