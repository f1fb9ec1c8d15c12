//! The history as a file: made while it is read, a page of the log at a time, so that it costs as little
//! memory when it is long.
use super::{
    Span,
    model::{After, GROUPS, Happened, User},
    some, words,
};
use crate::{
    catalogue::{self, Contents},
    clock::Ts,
    db::Store,
    i18n::Language,
    ids::OrgNo,
    parties::bulk,
    problem::Problem,
    web::{csv, items, page::Page, stream},
};
use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::json;
use std::{io::Write, sync::Arc};

/// Most lines of a file.
pub const MOST: usize = 100_000;
/// Lines that are read at a time.
const AT_A_TIME: i64 = 500;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}
impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => csv::MEDIA_TYPE,
            Self::Json => "application/json",
        }
    }
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// A file that is under way.
pub struct Export {
    pub store: Store,
    pub catalogue: Arc<Contents>,
    pub page: Page,
    pub span: Span,
    pub format: Format,
}

/// Writes all that has happened for the organisation, also one that has ended, to `out`; `false` if the
/// store has no such organisation. For the operator: nobody's authority is asked.
pub async fn print(
    store: &Store,
    org_no: &OrgNo,
    format: Format,
    language: &str,
    out: &mut impl Write,
) -> Result<bool, String> {
    let language = Language::by_tag(language).ok_or("the language is nb, nn or en")?;
    let found = bulk::ids(store, std::slice::from_ref(org_no)).await.map_err(|e| e.to_string())?;
    let Some(party) = found.get(org_no).copied() else { return Ok(false) };
    let catalogue = catalogue::store::load(store).await.map_err(|e| e.to_string())?;
    let span = Span {
        party,
        user: User::All,
        kinds: GROUPS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect(),
        from: Ts::new(chrono::DateTime::UNIX_EPOCH),
        until: After::newest().at,
    };
    let page = Page::new(language, "");
    let export =
        Export { store: store.clone(), catalogue: Arc::new(catalogue), page, span, format };
    let mut body = export.body();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(|e| e.to_string())?.into_data() {
            out.write_all(&piece).map_err(|e| e.to_string())?;
        }
    }
    out.flush().map_err(|e| e.to_string())?;
    Ok(true)
}

impl Export {
    /// The body, which is written as fast as it is read and no faster.
    pub fn body(self) -> Body {
        stream::body("history", async move |pipe| self.write(&pipe).await)
    }

    async fn write(&self, pipe: &stream::Pipe) -> Result<(), Problem> {
        let (mut after, mut lines) = (After::newest(), 0);
        let mut text = self.head();
        loop {
            let found = some(&self.store, &self.span, after, AT_A_TIME).await?;
            for happened in found.iter().take(MOST - lines) {
                self.push(&mut text, happened, lines == 0);
                lines += 1;
            }
            let last = found.last().filter(|_| i64::try_from(found.len()) == Ok(AT_A_TIME));
            let go_on = last.filter(|_| lines < MOST).map(After::of);
            if go_on.is_none() {
                self.push_end(&mut text, last.is_some());
            }
            // Nobody reads any more: there is nothing left to do.
            if !pipe.send(std::mem::take(&mut text)).await {
                return Ok(());
            }
            match go_on {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }

    fn head(&self) -> String {
        let page = &self.page;
        match self.format {
            Format::Json => "{\"events\":[".to_owned(),
            Format::Csv => {
                let mut text = csv::MARK.to_owned();
                let cells = [
                    page.t("history-when"),
                    page.t("history-type"),
                    page.t("history-what"),
                    page.t("history-more"),
                    page.t("history-who"),
                    page.t("history-role"),
                    page.t("history-user"),
                    page.t("history-user-id"),
                    page.t("history-client"),
                    page.t("history-client-number"),
                    page.t("history-request"),
                    page.t("fact-system"),
                    page.t("words-proceedings"),
                ];
                csv::push_row(&mut text, cells);
                text
            }
        }
    }

    fn push(&self, text: &mut String, happened: &Happened, first: bool) {
        let (page, catalogue) = (&self.page, self.catalogue.as_ref());
        let (who, role) = words::who(page, catalogue, &happened.actor);
        let said = |id: Option<String>| id.unwrap_or_default();
        let what = items::event(page, &happened.kind);
        let more = words::more(page, catalogue, happened);
        let client = happened.client.as_ref();
        match self.format {
            Format::Csv => csv::push_row(
                text,
                [
                    happened.at.rfc3339(),
                    happened.kind.clone(),
                    what.to_owned(),
                    said(more),
                    who,
                    said(role),
                    said(happened.title.clone()),
                    said(happened.system_user.map(|id| id.to_string())),
                    said(client.map(|client| client.name.clone())),
                    said(client.map(|client| client.org_no.to_string())),
                    said(happened.request.map(|id| id.to_string())),
                    said(happened.system.as_ref().map(ToString::to_string)),
                    items::proceedings(page, &happened.proceedings).join(", "),
                ],
            ),
            Format::Json => {
                if !first {
                    text.push(',');
                }
                let client = client.map(|c| json!({ "orgNo": c.org_no.as_str(), "name": c.name }));
                let line = json!({
                    "time": happened.at.rfc3339(), "type": happened.kind, "what": what, "more": more,
                    "who": who, "role": role, "title": happened.title,
                    "systemUserId": happened.system_user.map(|id| id.0),
                    "client": client, "requestId": happened.request.map(|id| id.0),
                    "systemId": happened.system.as_ref().map(ToString::to_string),
                    "reason": happened.reason,
                    "proceedings": happened.proceedings.iter().map(|(kind, _)| {
                        json!({ "code": kind.code(), "name": items::proceeding(page, kind) })
                    }).collect::<Vec<_>>(),
                });
                text.push_str(&line.to_string());
            }
        }
    }

    fn push_end(&self, text: &mut String, cut: bool) {
        match self.format {
            Format::Json => text.extend(["],\"cut\":", if cut { "true" } else { "false" }, "}"]),
            Format::Csv if cut => csv::push_row(text, [self.page.t("history-cut")]),
            Format::Csv => {}
        }
    }
}
