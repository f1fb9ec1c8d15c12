//! A mail's words, in its reader's language: what there is, how many, and where to read on.
use super::model::{About, Address, Content, Kind, Line, code};
use crate::{
    app::App,
    i18n::{LANGUAGES, Language},
    ids::{MailId, NoticeAddressId},
    smtp::Message,
    web::urls,
};

/// Where a mail's reader says yes or no.
pub fn link(app: &App, id: NoticeAddressId) -> String {
    let code = code(&app.config.webhook_keys, id);
    format!("{}{}", app.config.public_url, urls::mailed(id, &code))
}

pub fn letter(app: &App, id: MailId, address: &Address, content: &Content) -> Message {
    let [first, ..] = &*LANGUAGES;
    let language = Language::by_tag(&address.language).unwrap_or(first);
    let link = link(app, address.id);
    let party = [("party", address.party_name.as_str().into())];
    let said = |key: &str| language.format(key, &party);
    let (subject, told) = match content {
        Content::Question => (
            language.plain("mail-question-subject").to_owned(),
            vec![said("mail-question-lead"), link.clone(), said("mail-question-no")],
        ),
        Content::Lines(lines) => {
            let mut told = vec![said("mail-lead")];
            told.extend(lines.iter().map(|line| in_words(app, language, line)));
            told.extend([said("mail-why"), link.clone()]);
            (language.plain("mail-subject").to_owned(), told)
        }
    };
    let hello = language.plain("mail-hello");
    let text =
        format!("{hello}\n\n{}\n\n{}\n", told.join("\n\n"), language.plain("portal-product"));
    Message {
        id: id.to_string(),
        to: address.email.clone(),
        language: language.tag,
        subject,
        text,
        stop: format!("{link}/stop"),
    }
}
/// One line, with where it leads.
fn in_words(app: &App, language: &Language, line: &Line) -> String {
    let n = u64::try_from(line.how_many).unwrap_or_default();
    let said = match line.kind {
        Kind::Waiting => language.count("mail-waiting", n),
        Kind::SentOn => language.count("mail-sent-on", n),
        Kind::HalfTime => language.count("mail-half-time", n),
        Kind::EndsSoon => language.count("mail-ends-soon", n),
        Kind::ClientsRemoved => language.count("mail-clients-removed", n),
        Kind::OrganisationEnded => language.count("mail-organisation-ended", n),
    };
    let path = match line.about {
        Some(About::Request(id)) => urls::request(id),
        Some(About::Change(id)) => urls::change(id),
        Some(About::SystemUser(id)) => urls::system_user(id),
        Some(About::Organisation(_)) => urls::history(&[("kind", "authority")]),
        None if line.kind == Kind::OrganisationEnded => urls::history(&[("kind", "authority")]),
        None => urls::overview(),
    };
    format!("{said}\n{}{path}", app.config.public_url)
}
